import type { Store } from '../../app/ports.ts';
import type { DocumentKind, Flag, InforDocument, Posting } from '../../core/glossary.ts';
import {
  addQuantities,
  isZero,
  multiplyQuantities,
  negateQuantity,
  parseQuantity,
  sumQuantities,
} from '../../core/quantity.ts';
import type { Quantity } from '../../core/schema.ts';
import type { RunningSandbox } from '../compose-sandbox.ts';

/**
 * One kind of movement as three books tell it, in Infor's units: what ShipBob says happened must be
 * what the ledger posted and what waits for a person, and the ledger must be what Infor holds.
 */
export interface AgreementRow {
  what: string;
  shipbob: Quantity;
  ledger: Quantity;
  infor: Quantity;
  waiting: Quantity;
  /** Records that wait although no open flag says why; there must be none. */
  unexplained: string[];
  agrees: 'yes' | 'no';
}

type ShipbobBooks = ReturnType<RunningSandbox['shipbobSandbox']['books']>;
type InforBooks = ReturnType<RunningSandbox['inforSandbox']['world']['books']>;

interface Books {
  sandbox: RunningSandbox;
  shipbob: ShipbobBooks;
  infor: InforBooks;
  postings: Posted[];
  flagged: Set<string>;
}

/** What is compared of a posting: of a large ledger the documents would not fit into the memory. */
type Posted = Pick<Posting, 'kind' | 'record' | 'shipmentId'> & {
  units: Quantity;
  lines: JournalLine[];
};
type JournalLine = Extract<InforDocument, { kind: 'journal' }>['lines'][number];

const one = parseQuantity('1');
const zero = parseQuantity('0');

export async function compareBooks(sandbox: RunningSandbox, store: Store): Promise<AgreementRow[]> {
  const postings = await everyPosted(store);
  const flags = await store.flags({
    codes: null,
    kinds: null,
    ids: null,
    state: 'open',
    limit: 1_000_000,
  });
  const books: Books = {
    sandbox,
    shipbob: sandbox.shipbobSandbox.books(),
    infor: sandbox.inforSandbox.world.books(),
    postings,
    flagged: new Set(flags.map(recordName)),
  };
  return [
    salesOrders(books),
    purchaseOrders(books),
    goodsIssues(books),
    samples(books),
    receipts(books),
    journals(books),
  ];
}

const pageSize = 5_000;

async function everyPosted(store: Store): Promise<Posted[]> {
  const all: Posted[] = [];
  for (let afterId = 0; ; ) {
    const page = await store.postings({ states: ['posted'], limit: pageSize, afterId });
    for (const { kind, record, shipmentId, held, document } of page) {
      const units = sumQuantities((held ?? []).map(({ quantity }) => quantity));
      const lines = document.kind === 'journal' ? document.lines : [];
      all.push({ kind, record, shipmentId, units, lines });
    }
    const last = page.at(-1);
    if (last === undefined) return all;
    afterId = last.id;
  }
}

function recordName(flag: Flag): string {
  return `${flag.record.kind}:${flag.record.id}`;
}

/** One thing ShipBob did: how many units, which record it belongs to, and whether it was posted. */
interface Movement {
  record: string;
  units: Quantity;
  posted: 'yes' | 'no';
}

function row(
  books: Books,
  what: string,
  facts: { movements: Movement[]; ledger: Quantity; infor: Quantity },
): AgreementRow {
  const shipbob = sumQuantities(facts.movements.map(({ units }) => units));
  const open = facts.movements.filter(({ posted, units }) => posted === 'no' && !isZero(units));
  const waiting = sumQuantities(open.map(({ units }) => units));
  const unexplained = open
    .map(({ record }) => record)
    .filter((record) => !books.flagged.has(record));
  const agrees =
    shipbob === addQuantities(facts.ledger, waiting) &&
    facts.ledger === facts.infor &&
    unexplained.length === 0;
  return {
    what,
    shipbob,
    ledger: facts.ledger,
    infor: facts.infor,
    waiting,
    unexplained,
    agrees: agrees ? 'yes' : 'no',
  };
}

function postedKeys(books: Books, kind: DocumentKind): Map<string, Posted> {
  return new Map(
    books.postings
      .filter((posting) => posting.kind === kind)
      .map((posting) => [posting.record.id, posting]),
  );
}

function isOpen(order: ShipbobBooks['orders'][number]): boolean {
  return !order.vanished && !['Cancelled', 'ImportReview'].includes(order.status);
}

function salesOrders(books: Books): AgreementRow {
  const posted = postedKeys(books, 'salesOrder');
  const takenBack = new Set(
    books.postings
      .filter(({ kind }) => kind === 'orderCancellation')
      .map(({ record }) => record.id),
  );
  const movements = books.shipbob.orders
    .filter(
      (order) =>
        isOpen(order) && !order.tags.includes('SAMPLE') && !order.tags.includes('REPLENISH'),
    )
    .map(
      (order): Movement => ({
        record: `order:${order.id}`,
        units: one,
        posted: posted.has(String(order.id)) ? 'yes' : 'no',
      }),
    );
  const ledger = [...posted.keys()].filter((id) => !takenBack.has(id));
  const live = books.infor.orders.filter(
    (order) => order.live && order.yourReference.startsWith('SB'),
  );
  return row(books, 'sales orders', { movements, ledger: count(ledger), infor: count(live) });
}

function purchaseOrders(books: Books): AgreementRow {
  const posted = postedKeys(books, 'purchaseOrder');
  const movements = books.shipbob.orders
    .filter((order) => isOpen(order) && order.tags.includes('REPLENISH'))
    .map(
      (order): Movement => ({
        record: `order:${order.id}`,
        units: one,
        posted: posted.has(String(order.id)) ? 'yes' : 'no',
      }),
    );
  const live = books.infor.purchaseOrders.filter(
    (order) => order.live && order.yourReference.startsWith('SB'),
  );
  return row(books, 'purchase orders', {
    movements,
    ledger: count([...posted]),
    infor: count(live),
  });
}

function goodsIssues(books: Books): AgreementRow {
  const wanted = (tags: string[]) => !tags.includes('SAMPLE') && !tags.includes('REPLENISH');
  const infor = sumQuantities(
    books.infor.stockHistory
      .filter(({ type }) => type === '31')
      .map(({ quantity }) => negateQuantity(parseQuantity(quantity))),
  );
  return row(books, 'units issued for orders', {
    movements: shipmentsOf(books, wanted, 'goodsIssue'),
    ledger: unitsPosted(books, 'goodsIssue'),
    infor,
  });
}

function samples(books: Books): AgreementRow {
  const infor = sumQuantities(
    books.infor.stockHistory
      .filter(({ type }) => type === '90')
      .map(({ quantity }) => negateQuantity(parseQuantity(quantity))),
  );
  return row(books, 'units issued as samples', {
    movements: shipmentsOf(books, (tags) => tags.includes('SAMPLE'), 'stockIssue'),
    ledger: unitsPosted(books, 'stockIssue'),
    infor,
  });
}

function shipmentsOf(
  books: Books,
  wanted: (tags: string[]) => boolean,
  kind: DocumentKind,
): Movement[] {
  const posted = new Set(
    books.postings
      .filter((posting) => posting.kind === kind)
      .map(({ shipmentId }) => String(shipmentId)),
  );
  const orders = new Map(books.shipbob.orders.map((order) => [order.id, order]));
  return books.shipbob.shipments
    .filter((shipment) => shipment.left && wanted(orders.get(shipment.orderId)?.tags ?? []))
    .map((shipment) => ({
      record: `order:${shipment.orderId}`,
      units: sumQuantities(
        shipment.items.map(({ sku, quantity }) => inInforUnits(books, sku, quantity)),
      ),
      posted: posted.has(String(shipment.id)) ? 'yes' : 'no',
    }));
}

/** A pack's SKU is an alias in Infor for several pieces of the item. */
function inInforUnits(books: Books, sku: string, quantity: number): Quantity {
  const alias = books.sandbox.week.infor.aliases.find((entry) => entry.alias === sku);
  return multiplyQuantities(
    parseQuantity(String(quantity)),
    alias ? parseQuantity(alias.quantity) : one,
  );
}

function unitsPosted(books: Books, kind: DocumentKind): Quantity {
  return sumQuantities(
    books.postings.filter((posting) => posting.kind === kind).map(({ units }) => units),
  );
}

function receipts(books: Books): AgreementRow {
  const booked = new Map<string, Quantity>();
  for (const posting of books.postings) {
    if (posting.kind !== 'goodsReceipt') continue;
    const { record, units } = posting;
    booked.set(record.id, addQuantities(booked.get(record.id) ?? zero, units));
  }
  const movements = books.shipbob.receiving
    .filter(({ status }) => status !== 'InternalTransfer')
    .flatMap((receiving): Movement[] => {
      const stowed = sumQuantities(
        receiving.stowed.map(({ sku, quantity }) => inInforUnits(books, sku, quantity)),
      );
      const done = booked.get(String(receiving.id)) ?? zero;
      const open = addQuantities(stowed, negateQuantity(done));
      const record = `receiving:${receiving.id}`;
      return [
        { record, units: done, posted: 'yes' },
        { record, units: open, posted: 'no' },
      ];
    });
  const infor = sumQuantities(
    books.infor.stockHistory
      .filter(({ type }) => type === '25')
      .map(({ quantity }) => parseQuantity(quantity)),
  );
  return row(books, 'units received', {
    movements,
    ledger: unitsPosted(books, 'goodsReceipt'),
    infor,
  });
}

/** In the journal's currency, cents and all; debits only, since every voucher sums to zero. */
function journals(books: Books): AgreementRow {
  const entries = new Set<string>();
  let ledger = zero;
  for (const { lines } of books.postings) {
    for (const line of lines) {
      entries.add(line.chargeId);
      if (!line.amount.startsWith('-')) ledger = addQuantities(ledger, parseQuantity(line.amount));
    }
  }
  const movements = books.shipbob.charges.map(
    (charge): Movement => ({
      record: `charge:${charge.id}`,
      units: parseQuantity((Math.abs(charge.amountCents) / 100).toFixed(2)),
      posted: entries.has(charge.id) ? 'yes' : 'no',
    }),
  );
  const infor = sumQuantities(
    books.infor.vouchers
      .filter(({ journal }) => journal !== '')
      .flatMap(({ lines }) => lines.map(({ amount }) => parseQuantity(amount)))
      .filter((amount) => !amount.startsWith('-')),
  );
  return row(books, 'charges journalled', { movements, ledger, infor });
}

function count(list: readonly unknown[]): Quantity {
  return parseQuantity(String(list.length));
}
