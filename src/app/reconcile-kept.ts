/** ShipBob's records as a comparison freezes them. */
import { contentHash } from '../core/content-hash.ts';
import type { Address, ChargeRecord, OrderRecord, ReceivingRecord } from '../core/glossary.ts';
import type { Observation, SourcePage, UnreadableRecord } from './ports.ts';

/** What is kept of a page: no names and addresses, which no comparison needs. */
export interface FrozenPage<T> {
  records: Kept<T>[];
  unreadable: { id: string | null; problem: string }[];
}

export interface Kept<T> {
  record: T;
  startedAtMs: number;
  /** Of the whole record, to tell whether runs have read it as it is. */
  hash: string;
}

export async function* keptPages<T extends OrderRecord | ReceivingRecord | ChargeRecord>(
  pages: AsyncIterable<SourcePage<T>>,
): AsyncGenerator<FrozenPage<T>> {
  for await (const { observations, unreadable } of pages) {
    yield { records: observations.map(kept), unreadable: unreadable.map(keptUnreadable) };
  }
}

export function kept<T extends OrderRecord | ReceivingRecord | ChargeRecord>(
  observation: Observation<T>,
): Kept<T> {
  const { record, startedAtMs } = observation;
  const bare = record.kind === 'receiving' ? { ...record, boxes: null } : record;
  return { record: withoutPerson(record), startedAtMs, hash: contentHash(bare) };
}

function withoutPerson<T extends OrderRecord | ReceivingRecord | ChargeRecord>(record: T): T {
  if (record.kind !== 'order') return record;
  const { country } = record.recipient;
  return { ...record, recipient: { ...nobody, country } };
}

const nobody: Address = {
  ...{ name: '', company: null, street1: '', street2: null, city: '', state: null },
  ...{ postCode: null, country: '', phone: null, email: null },
};

/** The raw text is no part of it: it may hold personal data, and nobody looks at it here. */
function keptUnreadable({ id, problem }: UnreadableRecord): { id: string | null; problem: string } {
  return { id, problem };
}
