/** Joins key parts so that the text order of keys is the order of the parts. */
export function sortKey(...parts: (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? padded(part) : part)).join('\u0001');
}

function padded(value: number): string {
  return String(value).padStart(15, '0');
}

/** Where blocks split; keeps an insertion among a hundred thousand keys cheap. */
const blockSizeMax = 512;

interface Block<Value> {
  keys: string[];
  values: Value[];
}

/**
 * Values in key order. M3 lists read from a position in key order onwards, so a hundred thousand
 * orders of one web-shop customer must be reachable without a scan. Not to be changed while one of
 * its iterators is in use.
 */
export class SortedIndex<Value> {
  readonly #blocks: Block<Value>[] = [];

  put(key: string, value: Value): void {
    const place = this.#blockOf(key);
    const block = this.#blocks[place];
    if (!block) {
      this.#blocks.push({ keys: [key], values: [value] });
      return;
    }
    const at = firstAtOrAfter(block.keys, key);
    if (block.keys[at] === key) {
      block.values[at] = value;
      return;
    }
    block.keys.splice(at, 0, key);
    block.values.splice(at, 0, value);
    if (block.keys.length <= blockSizeMax) return;
    const half = blockSizeMax >>> 1;
    const upper = { keys: block.keys.splice(half), values: block.values.splice(half) };
    this.#blocks.splice(place + 1, 0, upper);
  }

  remove(key: string): void {
    const place = this.#blockOf(key);
    const block = this.#blocks[place];
    if (!block) return;
    const at = firstAtOrAfter(block.keys, key);
    if (block.keys[at] !== key) return;
    block.keys.splice(at, 1);
    block.values.splice(at, 1);
    if (block.keys.length === 0) this.#blocks.splice(place, 1);
  }

  get(key: string): Value | undefined {
    const block = this.#blocks[this.#blockOf(key)];
    if (!block) return undefined;
    const at = firstAtOrAfter(block.keys, key);
    return block.keys[at] === key ? block.values[at] : undefined;
  }

  first(): { key: string; value: Value } | undefined {
    for (const [key, value] of this.#entriesFrom('')) return { key, value };
    return undefined;
  }

  /** Values whose key is at or after `start`. */
  *from(start: string): Generator<Value> {
    for (const [, value] of this.#entriesFrom(start)) yield value;
  }

  /** Values whose key starts with the parts of `prefix`, from the position `start` onwards. */
  *within(prefix: string, start: string = prefix): Generator<Value> {
    const fence = `${prefix}\u0001`;
    for (const [key, value] of this.#entriesFrom(start > fence ? start : fence)) {
      if (!key.startsWith(fence)) return;
      yield value;
    }
  }

  *#entriesFrom(start: string): Generator<[string, Value]> {
    const first = this.#blockOf(start);
    for (let place = first; place < this.#blocks.length; place += 1) {
      const block = this.#blocks[place];
      if (!block) return;
      const skipped = place === first ? firstAtOrAfter(block.keys, start) : 0;
      for (let at = skipped; at < block.keys.length; at += 1) {
        const key = block.keys[at];
        const value = block.values[at];
        if (key !== undefined && value !== undefined) yield [key, value];
      }
    }
  }

  /** The last block that begins at or before `key`; the first one when all begin after it. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#blocks[middle]?.keys[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function firstAtOrAfter(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
