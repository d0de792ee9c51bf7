/**
 * The judge of the crash tests and of `mlc drill`. It reads both simulators' own books and the
 * connector's open flags, and nothing else; it shares no line with the engine, and the external
 * keys are spelled out here once more, so that a change of them fails.
 */
import { describeMapping } from './seed.ts';
import type { RunningSandbox } from './server.ts';

/** What the connector's own database says, as far as the judge believes it. */
export interface LedgerPage {
  /** `order:1` and so on: records with an open question. */
  flagged: Set<string>;
  postings: { key: string; kind: string; state: string; number: string | null; record: string }[];
  /** Charges of journals, by journal key. */
  journalCharges: Map<string, string[]>;
}

type InforBooks = ReturnType<RunningSandbox['inforSandbox']['world']['books']>;
type ShipbobBooks = ReturnType<RunningSandbox['shipbobSandbox']['books']>;
type OrderBook = ShipbobBooks['orders'][number];

/** Units by `item|lot` or by item. */
type Units = Map<string, number>;

/**
 * What must hold at every moment, whatever died when: nothing has two effects, nothing exceeds what
 * ShipBob did, and nothing of an unknown SKU is there. Answers one sentence for each violation.
 */
export function findDoubles(sandbox: RunningSandbox): string[] {
  const infor = sandbox.inforSandbox.world.books();
  const shipbob = sandbox.shipbobSandbox.books();
  return [
    ...twice('order', ours(infor.orders)),
    ...twice('purchase order', ours(infor.purchaseOrders)),
    ...twiceBooked(infor),
    ...twiceJournalled(infor),
    ...exceeded(sandbox, infor, shipbob),
    ...strangers(infor, shipbob),
    ...unknownItems(sandbox, infor),
  ];
}

/** As `findDoubles`, and that everything eligible is there, or is an open question to a person. */
export function judgeAtRest(sandbox: RunningSandbox, ledger: LedgerPage): string[] {
  const infor = sandbox.inforSandbox.world.books();
  const shipbob = sandbox.shipbobSandbox.books();
  return [
    ...findDoubles(sandbox),
    ...ordersMissing(sandbox, { infor, shipbob, ledger }),
    ...shipmentsMissing(sandbox, { infor, shipbob, ledger }),
    ...receiptsMissing(sandbox, { infor, shipbob, ledger }),
    ...chargesMissing(sandbox, { infor, shipbob, ledger }),
    ...halfDone(infor, ledger),
    ...ledgerDiffers(infor, ledger),
  ];
}

interface Books {
  infor: InforBooks;
  shipbob: ShipbobBooks;
  ledger: LedgerPage;
}

function ours<Row extends { yourReference: string; number: string }>(rows: Row[]): Row[] {
  return rows.filter(({ yourReference }) => /^SB\d+$/.test(yourReference));
}

/** Deleted ones count too: an order entered again after its cancellation is a second effect. */
function twice(what: string, rows: { yourReference: string; number: string }[]): string[] {
  const numbers = new Map<string, string[]>();
  for (const { yourReference, number } of rows) {
    numbers.set(yourReference, [...(numbers.get(yourReference) ?? []), number]);
  }
  return [...numbers].flatMap(([key, list]) =>
    list.length > 1 ? [`${key} stands ${list.length} times as ${what}: ${list.join(', ')}`] : [],
  );
}

/** One key is one message: movements under two message numbers were booked twice. */
function twiceBooked(infor: InforBooks): string[] {
  const messages = new Map<string, Set<string>>();
  for (const { externalKey, message } of infor.stockHistory) {
    messages.set(externalKey, (messages.get(externalKey) ?? new Set()).add(message));
  }
  return [...messages].flatMap(([key, numbers]) =>
    numbers.size > 1 ? [`${key} moved goods by ${[...numbers].join(' and ')}`] : [],
  );
}

function twiceJournalled(infor: InforBooks): string[] {
  const debits = new Map<string, number>();
  for (const line of journalLines(infor)) {
    if (line.amount.startsWith('-')) continue;
    const charge = chargeOf(line.text);
    debits.set(charge, (debits.get(charge) ?? 0) + 1);
  }
  return [...debits].flatMap(([charge, count]) =>
    count > 1 ? [`charge ${charge} stands in ${count} vouchers`] : [],
  );
}

function journalLines(infor: InforBooks) {
  return infor.vouchers.filter(({ journal }) => journal !== '').flatMap(({ lines }) => lines);
}

function chargeOf(text: string): string {
  return text.split(' ')[0] ?? '';
}

function exceeded(sandbox: RunningSandbox, infor: InforBooks, shipbob: ShipbobBooks): string[] {
  const left = shipbob.shipments.map(({ id, left, items }) => ({
    name: `shipment ${id}`,
    did: left ? unitsOf(sandbox, items) : new Map<string, number>(),
    booked: moved(infor, `S${id}`),
  }));
  const stowed = shipbob.receiving.map(({ id, stowed: items }) => ({
    name: `receiving order ${id}`,
    did: unitsOf(sandbox, items),
    booked: moved(infor, `R${id}`),
  }));
  return [...left, ...stowed].flatMap(({ name, did, booked }) =>
    [...booked].flatMap(([place, units]) =>
      units > (did.get(place) ?? 0)
        ? [`${name}: ${units} of ${place} were booked, ${did.get(place) ?? 0} moved`]
        : [],
    ),
  );
}

/** Units that Infor booked under any key of this record: issues count positive, as receipts do. */
function moved(infor: InforBooks, record: string): Units {
  const units: Units = new Map();
  for (const row of infor.stockHistory) {
    if (!row.externalKey.startsWith(`${record}-`)) continue;
    const sign = row.type === '25' ? 1 : -1;
    add(units, `${row.item}|${row.lot}`, sign * Number(row.quantity));
  }
  return units;
}

/** What stands in Infor under one of our keys for something that ShipBob does not know. */
function strangers(infor: InforBooks, shipbob: ShipbobBooks): string[] {
  const known = new Set([
    ...shipbob.orders.map(({ id }) => `SB${id}`),
    ...shipbob.shipments.map(({ id }) => `S${id}`),
    ...shipbob.receiving.map(({ id }) => `R${id}`),
  ]);
  const keys = [
    ...ours(infor.orders).map(({ yourReference }) => yourReference),
    ...ours(infor.purchaseOrders).map(({ yourReference }) => yourReference),
    ...infor.stockHistory.map(({ externalKey }) => externalKey.replace(/-\d+$/, '')),
  ];
  return [...new Set(keys)].filter((key) => !known.has(key)).map((key) => `${key} is no record`);
}

function unknownItems(sandbox: RunningSandbox, infor: InforBooks): string[] {
  const unknown = new Set(sandbox.week.story.unknownSkus);
  const rows = [
    ...infor.orders.flatMap(({ number, lines }) => lines.map(({ item }) => ({ number, item }))),
    ...infor.stockHistory.map(({ externalKey, item }) => ({ number: externalKey, item })),
  ];
  return rows
    .filter(({ item }) => unknown.has(item))
    .map(({ number, item }) => `${number} holds the unknown ${item}`);
}

function ordersMissing(sandbox: RunningSandbox, { infor, shipbob, ledger }: Books): string[] {
  return shipbob.orders.flatMap((order) => {
    const name = `order:${order.id}`;
    const asked = ledger.flagged.has(name);
    const found = documentsOf(infor, order).filter(({ live }) => live);
    if (order.tags.includes('SAMPLE')) return found.length > 0 ? [`${name} is a sample`] : [];
    if (['Cancelled', 'ImportReview'].includes(order.status)) {
      return found.length > 0 && !asked ? [`${name} is ${order.status} and stands in Infor`] : [];
    }
    const [document] = found;
    if (document === undefined) return asked ? [] : [`${name} is lost`];
    const wanted = linesOf(sandbox, order);
    return same(wanted, document.units) || asked
      ? []
      : [`${name}: ${show(document.units)} instead of ${show(wanted)}`];
  });
}

function documentsOf(infor: InforBooks, order: OrderBook): { live: boolean; units: Units }[] {
  const key = `SB${order.id}`;
  const sales = infor.orders.filter(({ yourReference }) => yourReference === key);
  const purchases = infor.purchaseOrders.filter(({ yourReference }) => yourReference === key);
  const kind = order.tags.includes('REPLENISH') ? purchases : sales;
  if (sales.length + purchases.length > kind.length) {
    throw new Error(`${key} became the wrong kind of document`);
  }
  return [
    ...sales.map(({ live, lines }) => ({
      live,
      units: sum(lines.filter((line) => line.live).map((line) => [line.item, line.quantity])),
    })),
    ...purchases.map(({ live, lines }) => ({
      live,
      units: sum(lines.map((line) => [line.item, line.ordered])),
    })),
  ];
}

/**
 * An order's lines by item; a bundle is its parts, and is gone once for all when one is unknown.
 */
function linesOf(sandbox: RunningSandbox, order: OrderBook): Units {
  const units: Units = new Map();
  for (const { sku, quantity } of order.lines) {
    for (const [item, count] of piecesOf(sandbox, sku, quantity)) add(units, item, count);
  }
  return units;
}

function shipmentsMissing(sandbox: RunningSandbox, { infor, shipbob, ledger }: Books): string[] {
  const orders = new Map(shipbob.orders.map((order) => [order.id, order]));
  return shipbob.shipments.flatMap((shipment) => {
    const order = orders.get(shipment.orderId);
    // Goods that a replenishment brings in are booked as receipts.
    const booked = !order?.tags.includes('REPLENISH') && shipment.left;
    const wanted = booked ? unitsOf(sandbox, shipment.items) : new Map<string, number>();
    const found = moved(infor, `S${shipment.id}`);
    if (same(wanted, found)) return [];
    const asked = ledger.flagged.has(`order:${shipment.orderId}`);
    if (asked && found.size === 0) return [];
    return [`shipment ${shipment.id}: ${show(found)} instead of ${show(wanted)}`];
  });
}

function receiptsMissing(sandbox: RunningSandbox, { infor, shipbob, ledger }: Books): string[] {
  return shipbob.receiving.flatMap(({ id, stowed }) => {
    const wanted = unitsOf(sandbox, stowed);
    const found = moved(infor, `R${id}`);
    return same(wanted, found) || ledger.flagged.has(`receiving:${id}`)
      ? []
      : [`receiving order ${id}: ${show(found)} instead of ${show(wanted)}`];
  });
}

function chargesMissing(sandbox: RunningSandbox, { infor, shipbob, ledger }: Books): string[] {
  const debits = new Map<string, number>();
  for (const line of journalLines(infor)) {
    if (!line.amount.startsWith('-')) debits.set(chargeOf(line.text), Number(line.amount));
  }
  const questioned = new Set(
    ledger.postings
      .filter(({ kind, state }) => kind === 'journal' && state === 'flagged')
      .flatMap(({ key }) => ledger.journalCharges.get(key) ?? []),
  );
  const mapped = new Set<string>(describeMapping(sandbox.week).fees.map(({ fee }) => fee));
  return shipbob.charges.flatMap(({ id, fee, amountCents }) => {
    const found = Math.round((debits.get(id) ?? 0) * 100);
    const asked = ledger.flagged.has(`charge:${id}`) || questioned.has(id);
    if (found === Math.abs(amountCents)) return [];
    if (found === 0 && asked) return [];
    return [
      `charge ${id} (${fee}${mapped.has(fee) ? '' : ', no account'}): ${found} instead of ${amountCents} cents`,
    ];
  });
}

/** What was begun under our name and neither finished nor taken away again. */
function halfDone(infor: InforBooks, ledger: LedgerPage): string[] {
  const asked = new Set(
    ledger.postings.filter(({ state }) => state === 'flagged').map(({ key }) => key),
  );
  const begun = [
    ...infor.temporaryOrders
      .filter(({ live, finalNumber }) => live && finalNumber === '')
      .map(({ number, yourReference }) => ({ number, key: yourReference })),
    ...[...infor.warehouseMessages, ...infor.stockMessages]
      .filter(({ live, status }) => live && status !== '90')
      .map(({ number, externalKey }) => ({ number, key: externalKey })),
    ...infor.journals
      .filter(({ live, vouchers }) => live && vouchers.length === 0)
      .map(({ key }) => ({ number: key, key })),
  ];
  return begun
    .filter(({ key }) => !asked.has(key))
    .map(({ number, key }) => `${number} (${key}) is left half done`);
}

/** What the connector calls posted must stand in Infor, and the other way about. */
function ledgerDiffers(infor: InforBooks, ledger: LedgerPage): string[] {
  const settledKeys = (kinds: string[]) =>
    ledger.postings
      .filter(({ kind, state }) => kinds.includes(kind) && state === 'posted')
      .map(({ key }) => key);
  const asked = new Set(
    ledger.postings.filter(({ state }) => state === 'flagged').map(({ key }) => key),
  );
  const differ = (what: string, held: string[], claimed: string[]) => [
    ...claimed
      .filter((key) => !held.includes(key))
      .map((key) => `${what} ${key} is called posted and is not in Infor`),
    ...[...new Set(held)]
      .filter((key) => !claimed.includes(key) && !asked.has(key) && !waits(ledger, key))
      .map((key) => `${what} ${key} is in Infor and not called posted`),
  ];
  return [
    ...differ(
      'order',
      ours([...infor.orders]).map(({ yourReference }) => yourReference),
      settledKeys(['salesOrder']),
    ),
    ...differ(
      'purchase order',
      ours(infor.purchaseOrders).map(({ yourReference }) => yourReference),
      settledKeys(['purchaseOrder']),
    ),
    ...differ(
      'movement',
      infor.stockHistory.map(({ externalKey }) => externalKey),
      settledKeys(['goodsIssue', 'stockIssue', 'goodsReceipt']),
    ),
    ...ledger.postings
      .filter(({ state }) => ['pending', 'staged', 'committing', 'unknown'].includes(state))
      .filter(({ record }) => !ledger.flagged.has(record))
      .map(({ key, state }) => `${key} is ${state} and nobody is asked`),
  ];
}

/**
 * A ledger that was lost or set back may ask about a receiving order that it has booked before: its
 * purchase order cannot take the goods again. That is a question to a person, and no second
 * booking.
 */
function waits(ledger: LedgerPage, key: string): boolean {
  const receiving = /^R(\d+)-\d+$/.exec(key)?.[1];
  return receiving !== undefined && ledger.flagged.has(`receiving:${receiving}`);
}

function unitsOf(
  sandbox: RunningSandbox,
  rows: { sku: string; lot: string | null; quantity: number }[],
): Units {
  const units: Units = new Map();
  for (const { sku, lot, quantity } of rows) {
    for (const [item, count] of piecesOf(sandbox, sku, quantity)) {
      add(units, `${item}|${lot ?? ''}`, count);
    }
  }
  return units;
}

/** In Infor's items and units; a SKU that Infor does not know stands for itself. */
function piecesOf(sandbox: RunningSandbox, sku: string, quantity: number): [string, number][] {
  const { week } = sandbox;
  const parts = week.shipbob.products.find((product) => product.sku === sku)?.components ?? [];
  if (parts.length > 0) {
    return parts.flatMap((part) => piecesOf(sandbox, part.sku, part.quantity * quantity));
  }
  const alias = week.infor.aliases.find((one) => one.alias === sku);
  return alias ? [[alias.item, quantity * Number(alias.quantity)]] : [[sku, quantity]];
}

function add(units: Units, place: string, count: number): void {
  const total = (units.get(place) ?? 0) + count;
  if (total === 0) units.delete(place);
  else units.set(place, total);
}

function sum(rows: [string, string][]): Units {
  const units: Units = new Map();
  for (const [place, quantity] of rows) add(units, place, Number(quantity));
  return units;
}

function same(one: Units, other: Units): boolean {
  return one.size === other.size && [...one].every(([place, count]) => other.get(place) === count);
}

function show(units: Units): string {
  return [...units].map(([place, count]) => `${count} ${place}`).join(', ') || 'nothing';
}
