import Database from 'better-sqlite3';
import type { RunningSandbox } from '../../src/sandbox/server.ts';

/** What people put aside, and have not taken back. */
export interface PutAside {
  /** As `order:1`. */
  record: string;
  /** Documents of it that stand in Infor all the same, though none was under way when it was said. */
  unasked: string[];
}

interface IgnoredRow {
  kind: string;
  id: string;
  held_json: string | null;
  known: number;
}

/** Only the mark itself and when the first document came up are taken from the connector. */
export function putAside(sandbox: RunningSandbox, path: string): PutAside[] {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database
      .prepare<[], IgnoredRow>(
        `select record_kind as kind, record_id as id, held_json,
           posting_key <> '' or exists (select 1 from posting
             where posting.record_kind = flag_care.record_kind
               and posting.record_id = flag_care.record_id
               and posting.created_at_ms <= flag_care.ignored_at_ms) as known
         from flag_care where ignored_at_ms is not null and code <> 'IGNORED_READY'`,
      )
      .all();
    return rows.map((row) => ({
      record: `${row.kind}:${row.id}`,
      unasked: row.known === 1 ? [] : standing(sandbox, row),
    }));
  } finally {
    database.close();
  }
}

function standing(sandbox: RunningSandbox, { kind, id, held_json }: IgnoredRow): string[] {
  const books = sandbox.inforSandbox.world.books();
  const keys = [
    ...books.orders.filter(({ live }) => live).map(({ yourReference }) => yourReference),
    ...books.purchaseOrders.filter(({ live }) => live).map(({ yourReference }) => yourReference),
    ...books.stockHistory.map(({ externalKey }) => externalKey),
  ];
  const held: string[] | null = held_json === null ? null : JSON.parse(held_json);
  if (held !== null) return keys.filter((key) => held.includes(key));
  const shipments = sandbox.shipbobSandbox
    .books()
    .shipments.flatMap(({ id: shipment, orderId }) =>
      kind === 'order' && String(orderId) === id ? [`S${shipment}-`] : [],
    );
  const own = kind === 'receiving' ? [`R${id}-`] : shipments;
  const charges = books.vouchers.flatMap(({ lines }) => lines.map(({ text }) => text.trim()));
  return [
    ...keys.filter((key) => kind === 'order' && key === `SB${id}`),
    ...keys.filter((key) => own.some((start) => key.startsWith(start))),
    ...charges.filter((text) => kind === 'charge' && text.split(/\s+/)[0] === id),
  ];
}
