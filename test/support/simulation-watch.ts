import Database from 'better-sqlite3';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { expectedOf } from './simulation-expected.ts';

/** What may never be, looked at after every run and every crash; cheap, so that it can be. */
export function glanceAt(sandbox: RunningSandbox): string[] {
  const { world } = sandbox.inforSandbox;
  const { state } = world;
  const found: string[] = [];
  const orders = new Map<string, number>();
  for (const order of state.orders.values()) {
    if (!order.deleted) count(orders, order.yourReference, 1);
  }
  for (const order of state.purchaseOrders.values()) {
    if (order.live && !order.deleted) count(orders, order.yourReference, 1);
  }
  for (const [key, number] of orders) {
    if (key.startsWith('SB') && number > 1) found.push(`${key} stands ${number} times in Infor`);
  }
  const messages = new Map<string, Set<string>>();
  for (const { externalKey, message } of state.movements) {
    if (externalKey === '') continue;
    messages.set(externalKey, (messages.get(externalKey) ?? new Set()).add(message));
  }
  for (const [key, numbers] of messages) {
    if (numbers.size > 1) found.push(`${key} moved goods ${numbers.size} times`);
  }
  const charges = new Map<string, number>();
  for (const voucher of state.vouchers) {
    if (voucher.journal === '') continue;
    for (const line of voucher.lines) count(charges, line.text.trim().split(/\s+/)[0] ?? '', 1);
  }
  for (const [charge, lines] of charges) {
    if (lines > 2) found.push(`charge ${charge} is in ${lines} voucher lines`);
  }
  return found;
}

/** Never more received than stowed, lot by lot, at any time. */
export function receivedBeyondStowed(sandbox: RunningSandbox): string[] {
  const { movements } = sandbox.inforSandbox.world.state;
  const received = new Map<string, number>();
  for (const row of movements) {
    if (row.type !== '25' || row.externalKey === '') continue;
    const receiving = row.externalKey.split('-')[0] ?? '';
    count(received, `${receiving} ${row.item}|${row.lot}`, Number(row.quantity));
  }
  if (received.size === 0) return [];
  const stowed = new Map<string, number>();
  for (const receipt of expectedOf(sandbox).receipts) {
    for (const [lot, units] of receipt.stowedMost)
      count(stowed, `R${receipt.receivingId} ${lot}`, units);
  }
  return [...received].flatMap(([name, units]) =>
    units > scaled(stowed.get(name) ?? 0) ? [`${name}: more received than stowed`] : [],
  );
}

/** The simulator counts in millionths. */
function scaled(units: number): number {
  return units * 1_000_000;
}

function count(sums: Map<string, number>, name: string, by: number): void {
  sums.set(name, (sums.get(name) ?? 0) + by);
}

interface CheckpointRow {
  stream: string;
  swept_to_ms: number;
}

/** Where each stream's checkpoint stands, read past the connector. */
export function checkpointsIn(path: string): Map<string, number> {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database
      .prepare<[], CheckpointRow>('select stream, swept_to_ms from checkpoint')
      .all();
    return new Map(rows.map((row) => [row.stream, row.swept_to_ms]));
  } finally {
    database.close();
  }
}
