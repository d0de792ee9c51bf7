import type { Log } from '../app/ports.ts';
import type { MasterFact, MasterNeed, ProductFact } from '../core/glossary.ts';
import { defect } from '../core/problem.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import { walkCursors } from './paging.ts';
import { isObject, Row, UnreadableField } from './schema.ts';
import type { Transport } from './transport.ts';

export interface CatalogueParts {
  transport: Transport;
  log: Log;
  pageSize: number;
}

const ABSENT: MasterFact = { kind: 'absent' };
/** Longer lists of ids were seen to fail (reference: shipbob-api §4). */
const INVENTORY_IDS_MAX = 100;
const SKUS_MAX = 50;
/** Keeps the address well below what proxies accept. */
const SKU_CHARACTERS_MAX = 1_500;

/**
 * Answers `inventory` and `product` needs in the order asked. What cannot be found is `absent`; the
 * same SKU on variants that differ is `ambiguous`. Throws Problem.
 */
export async function readCatalogue(
  parts: CatalogueParts,
  needs: readonly MasterNeed[],
): Promise<MasterFact[]> {
  const ids = new Set<string>();
  const skus = new Set<string>();
  for (const need of needs) {
    if (need.kind === 'inventory') ids.add(need.inventoryId);
    else if (need.kind === 'product') skus.add(need.sku);
    else foreign(need.kind);
  }
  const items = await readInventory(parts, [...ids]);
  const products = await readProducts(parts, [...skus]);
  return needs.map((need) => {
    if (need.kind === 'inventory') return items.get(need.inventoryId) ?? ABSENT;
    return need.kind === 'product' ? (products.get(need.sku) ?? ABSENT) : ABSENT;
  });
}

function foreign(kind: string): never {
  throw defect(`ShipBob's catalogue was asked for ${kind}`);
}

// ── inventory id → SKU ────────────────────────────────────────────────────────────────────────

async function readInventory(
  parts: CatalogueParts,
  ids: readonly string[],
): Promise<Map<string, MasterFact>> {
  const facts = new Map<string, MasterFact>();
  for (let start = 0; start < ids.length; start += INVENTORY_IDS_MAX) {
    const chunk = ids.slice(start, start + INVENTORY_IDS_MAX);
    const pages = walkCursors(parts.transport, {
      method: 'GET',
      template: '/inventory',
      scope: 'inventory_read',
      query: { InventoryIds: chunk, PageSize: parts.pageSize },
      body: null,
      channel: null,
    });
    for await (const page of pages) {
      for (const row of page.rows) noteInventory(parts, row, facts);
    }
  }
  // The list may leave out what is inactive; only the single read says 404.
  for (const id of ids) {
    if (!facts.has(id)) await readSingleInventory(parts, id, facts);
  }
  return facts;
}

async function readSingleInventory(
  parts: CatalogueParts,
  id: string,
  facts: Map<string, MasterFact>,
): Promise<void> {
  const reply = await parts.transport.find({
    method: 'GET',
    template: '/inventory/{id}',
    path: `/inventory/${id}`,
    scope: 'inventory_read',
    query: '',
    body: null,
    channel: null,
    read: readObject,
  });
  if (reply) noteInventory(parts, reply.value, facts);
}

function noteInventory(
  parts: CatalogueParts,
  value: unknown,
  facts: Map<string, MasterFact>,
): void {
  tolerate(parts, () => {
    const row = new Row(value);
    const id = row.id('inventory_id');
    const sku = row.textOrNull('sku');
    if (sku !== null) facts.set(id, { kind: 'inventory', sku, name: row.text('name') });
  });
}

// ── SKU → product ─────────────────────────────────────────────────────────────────────────────

type Variant = ProductFact & { active: boolean };

async function readProducts(
  parts: CatalogueParts,
  skus: readonly string[],
): Promise<Map<string, MasterFact>> {
  const found = new Map<string, Variant[]>();
  const alone = skus.filter((sku) => !isPlain(sku) && sku.trim() !== '');
  for (const chunk of skuChunks(skus.filter(isPlain))) {
    await findSkus(parts, chunk, found);
    // Should `any:` not mean what it is said to mean, the chunk finds nothing at all.
    if (chunk.length > 1 && !chunk.some((sku) => found.has(sku))) alone.push(...chunk);
  }
  for (const sku of alone) await findSkus(parts, [sku], found);
  return new Map([...found].map(([sku, variants]) => [sku, productFact(variants)]));
}

/** Asks for these SKUs and notes every variant that is exactly one of them. */
async function findSkus(
  parts: CatalogueParts,
  skus: readonly string[],
  found: Map<string, Variant[]>,
): Promise<void> {
  const [first = ''] = skus;
  const wanted = new Set(skus);
  const pages = walkCursors(parts.transport, {
    method: 'GET',
    template: '/product',
    scope: 'products_read',
    query: {
      SKU: skus.length > 1 ? [`any:${first}`, ...skus.slice(1)] : { exact: first },
      PageSize: parts.pageSize,
    },
    body: null,
    channel: null,
  });
  for await (const page of pages) {
    for (const row of page.rows) noteVariants(parts, { row, wanted, found });
    // An encoded comma may make ShipBob ignore the filter: no need to read its whole catalogue.
    if (skus.length === 1 && found.has(first)) return;
  }
}

function noteVariants(
  parts: CatalogueParts,
  from: { row: unknown; wanted: ReadonlySet<string>; found: Map<string, Variant[]> },
): void {
  tolerate(parts, () => {
    const product = new Row(from.row);
    for (const variant of product.rows('variants')) {
      const sku = variant.textOrNull('sku');
      if (sku === null || !from.wanted.has(sku)) continue;
      from.found.set(sku, [...(from.found.get(sku) ?? []), readVariant(product, variant, sku)]);
    }
  });
}

function readVariant(product: Row, variant: Row, sku: string): Variant {
  return {
    kind: 'product',
    sku,
    name: variant.textOrNull('name') ?? product.text('name'),
    components: variant.rows('bundle_definition').map((part) => ({
      sku: part.requiredText('variant_sku'),
      quantity: part.quantity('quantity'),
    })),
    active: variant.text('status').toLowerCase() !== 'inactive',
  };
}

/** An active variant counts before inactive ones; variants that consist of the same are one. */
function productFact(variants: readonly Variant[]): MasterFact {
  const active = variants.filter((variant) => variant.active);
  const candidates = active.length > 0 ? active : variants;
  const [first] = candidates;
  if (!first) return ABSENT;
  const contents = new Set(candidates.map((each) => JSON.stringify(each.components)));
  if (contents.size > 1) {
    return { kind: 'ambiguous', candidates: candidates.map((each) => each.name) };
  }
  const { active: _, ...fact } = first;
  return fact;
}

/** SKUs that may stand in one list: nothing in them that is, or could be taken for, list syntax. */
function isPlain(sku: string): boolean {
  return /^[A-Za-z0-9._/()#&*+=!@~-]([A-Za-z0-9._/()#&*+=!@~ -]*[A-Za-z0-9._/()#&*+=!@~-])?$/.test(
    sku,
  );
}

function skuChunks(skus: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let length = 0;
  for (const sku of skus) {
    const full = chunk.length >= SKUS_MAX || length + sku.length > SKU_CHARACTERS_MAX;
    if (full && chunk.length > 0) {
      chunks.push(chunk);
      chunk = [];
      length = 0;
    }
    chunk.push(sku);
    length += sku.length + 1;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

// ── reading ───────────────────────────────────────────────────────────────────────────────────

function readObject(answer: { text: string }): { value: unknown } | null {
  const parsed = parseExactJson(answer.text);
  return parsed && isObject(parsed.value) ? parsed : null;
}

/** A catalogue row that cannot be understood leaves its fact absent; others are not held up. */
function tolerate(parts: CatalogueParts, note: () => void): void {
  try {
    note();
  } catch (thrown) {
    if (!(thrown instanceof UnreadableField)) throw thrown;
    parts.log.warn('A row of ShipBob’s catalogue could not be understood', {
      problem: thrown.message,
    });
  }
}
