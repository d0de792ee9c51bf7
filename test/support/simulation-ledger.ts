import Database from 'better-sqlite3';
import type { Store } from '../../src/app/ports.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { linkedOrders } from './simulation-desk.ts';
import { putAside } from './simulation-ignored.ts';
import { judgeBooks } from './simulation-oracle.ts';
import type { Verdict } from './simulation-verdict.ts';

/** The oracle's verdict, with what the connector's own ledger claims checked against it. */
export interface LedgerVerdict extends Verdict {
  /** Postings that are not at rest. */
  restless: string[];
  /** Claims of the ledger that Infor's books do not bear out. */
  untrue: string[];
  /** Documents that stand in Infor though people had put them aside. */
  unasked: string[];
  /** Documents of which nobody knows whether they took effect, though Infor can be asked. */
  doubted: string[];
  auditBrokenAt: number | null;
  flags: Record<string, number>;
}

export async function judgeLedger(end: {
  sandbox: RunningSandbox;
  store: Store;
  path: string;
  /** Whether the ledger's period was ever another one: see `doubted`. */
  ledgerWasClosed?: boolean;
}): Promise<LedgerVerdict> {
  const { sandbox, store, path, ledgerWasClosed = false } = end;
  const all = { codes: null, kinds: null, ids: null, state: 'open', limit: 100_000 } as const;
  const open = await store.flags({ ...all });
  const flags: Record<string, number> = {};
  for (const { code } of open) flags[code] = (flags[code] ?? 0) + 1;
  const waiting = new Set(open.map(({ record }) => `${record.kind}:${record.id}`));
  const flagged = await store.postings({ states: ['flagged'], limit: 100_000 });
  const unprovable = new Set<string>();
  for (const { document } of flagged) {
    if (document.kind !== 'journal') continue;
    for (const { chargeId } of document.lines) {
      waiting.add(`charge:${chargeId}`);
      if (sandbox.inforSandbox.world.state.tenant.glListMissing)
        unprovable.add(`charge:${chargeId}`);
    }
  }
  const aside = putAside(sandbox, path);
  const records = new Set(aside.map(({ record }) => record));
  const verdict = judgeBooks(sandbox, waiting, unprovable, records, linkedOrders(path));
  const restless = await store.postings({
    states: ['pending', 'staged', 'committing', 'unknown'],
    limit: 1_000,
  });
  return {
    ...verdict,
    restless: restless
      // Only what has not begun may wait for somebody's answer.
      .filter(
        ({ state, record }) => state !== 'pending' || !waiting.has(`${record.kind}:${record.id}`),
      )
      .map(({ key, state, waitingFor }) => `${key} ${state} ${waitingFor ?? ''}`),
    untrue: untrueClaims(sandbox, path),
    doubted: flagged
      .filter(({ key, document }) => {
        const asked = open.some(
          ({ code, postingKey }) => code === 'OUTCOME_UNKNOWN' && postingKey === key,
        );
        // A batch of journal lines has no status. Without a list of vouchers nobody can tell whether
        // it was booked; nor where the same lines, sent again, are refused by a period that was
        // closed meanwhile: a refusal says nothing of the commit before it.
        const { glListMissing } = sandbox.inforSandbox.world.state.tenant;
        const unreadable = document.kind === 'journal' && (glListMissing || ledgerWasClosed);
        return asked && !unreadable;
      })
      .map(({ key }) => `${key} was given up as unknown`),
    unasked: aside.flatMap(({ unasked }) => unasked),
    auditBrokenAt: (await store.verifyAudit()).brokenAt,
    flags,
  };
}

interface CrosswalkRow {
  key: string;
  document_kind: string;
  infor_number: string;
}

/** Each crosswalk row must name a document that Infor holds under the same key. */
function untrueClaims(sandbox: RunningSandbox, path: string): string[] {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database
      .prepare<[], CrosswalkRow>('select key, document_kind, infor_number from crosswalk')
      .all();
    const posted = database
      .prepare<[], { key: string }>("select key from posting where state = 'posted'")
      .all();
    const named = new Set(rows.map(({ key }) => key));
    const byHand = new Set(
      [...linkedOrders(path)].flatMap(([id, numbers]) => numbers.map((one) => `SB${id} ${one}`)),
    );
    const untrue = rows.filter(
      (row) => !isTrue(sandbox, row) && !byHand.has(`${row.key} ${row.infor_number}`),
    );
    return [
      ...untrue.map((row) => `${row.document_kind} ${row.key} is not ${row.infor_number}`),
      ...posted.filter(({ key }) => !named.has(key)).map(({ key }) => `${key} has no number`),
    ];
  } finally {
    database.close();
  }
}

function isTrue(sandbox: RunningSandbox, row: CrosswalkRow): boolean {
  const books = sandbox.inforSandbox.world.books();
  const { key, infor_number: number } = row;
  switch (row.document_kind) {
    case 'salesOrder':
      return books.orders.some((one) => one.yourReference === key && one.number === number);
    case 'orderCancellation':
      return (
        books.orders.some((one) => !one.live && one.number === number) &&
        !books.orders.some((one) => one.live && one.number === number)
      );
    case 'purchaseOrder':
      return books.purchaseOrders.some((one) => one.yourReference === key && one.number === number);
    case 'goodsIssue':
      return books.stockHistory.some(
        (one) => one.externalKey === key && [String(one.delivery), one.message].includes(number),
      );
    case 'stockIssue':
      return books.stockHistory.some((one) => one.externalKey === key && one.message === number);
    case 'goodsReceipt':
      return books.stockHistory.some(
        (one) =>
          one.externalKey === key && [String(one.receivingNumber), one.message].includes(number),
      );
    case 'journal':
      return books.vouchers.some((one) => one.journal === key && number.endsWith(`${one.number}`));
    default:
      return false;
  }
}
