/**
 * Requests and answers of the audit trail as they lie in the database: each by itself at first, and
 * those of a finished document packed together (history.ts). The chain binds the hash of the plain
 * text, so nothing of the trail changes with the packing.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import { sql } from 'kysely';
import { assert } from '../core/problem.ts';

/** A body with the number of its row. Canonical JSON has no line feed of its own. */
export interface NumberedBody {
  seq: number;
  body: string;
}

export function packBodies(bodies: readonly NumberedBody[]): Buffer {
  assert(bodies.length > 0, 'a pack holds something');
  for (const { seq, body } of bodies) {
    assert(!body.includes('\n'), `the body of row ${seq} is one line`);
  }
  const text = [JSON.stringify(bodies.map(({ seq }) => seq)), ...bodies.map(({ body }) => body)];
  return deflateRawSync(text.join('\n'));
}

/** Throws for bytes that are no pack. */
export function unpackBodies(packed: Uint8Array): Map<number, string> {
  const [head = '', ...bodies] = inflateRawSync(packed).toString('utf8').split('\n');
  const numbers: unknown = JSON.parse(head);
  assert(Array.isArray(numbers) && numbers.length === bodies.length, 'a pack names its rows');
  return new Map(bodies.map((body, place) => [Number(numbers[place]), body]));
}

/**
 * What stands for a body whose pack is damaged: its hash is never the one of the row, so that the
 * damage shows as a broken body, and whoever reads on is not stopped.
 */
const damaged = '{"damaged":true}';

/** Packs that were unpacked last: a walk along the trail meets the same few again and again. */
const rememberedMax = 256;

/** Defines `body_at(id, packed, seq)`: null when the pack has no body of that row. */
export function defineBodyAt(handle: Pick<Database.Database, 'function'>): void {
  const remembered = new Map<unknown, { packed: Buffer; bodies: Map<number, string> | null }>();
  const bodiesOf = (id: unknown, packed: Buffer): Map<number, string> | null => {
    const known = remembered.get(id);
    // Compared, not believed: whoever changes a pack beneath us must not go unseen.
    if (known?.packed.equals(packed)) return known.bodies;
    const bodies = readable(packed);
    if (remembered.size >= rememberedMax) remembered.clear();
    remembered.set(id, { packed, bodies });
    return bodies;
  };
  handle.function(
    'body_at',
    { deterministic: true },
    (id: unknown, packed: unknown, seq: unknown) => {
      if (!Buffer.isBuffer(packed) || typeof seq !== 'number') return null;
      const bodies = bodiesOf(id, packed);
      return bodies === null ? damaged : (bodies.get(seq) ?? null);
    },
  );
}

function readable(packed: Buffer): Map<number, string> | null {
  try {
    return unpackBodies(packed);
  } catch {
    return null;
  }
}

/** The body of a row of `audit`, wherever it lies; null when it has none or it was purged. */
export const auditBody = sql<string | null>`ifnull(
  (select loose.body from audit_body as loose where loose.seq = audit.seq),
  case when audit.body_hash is not null and audit.posting_key is not null then (
    select body_at(pack.id, pack.packed, audit.seq) from audit_pack as pack
    where pack.posting_key = audit.posting_key and pack.first_seq <= audit.seq
    order by pack.first_seq desc limit 1) end)`;
