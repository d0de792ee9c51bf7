/** What a person says was entered in M3 by hand, read from M3 itself. */
import type {
  Clock,
  HandAnswer,
  HandBookingReader,
  HandFound,
  HandQuery,
} from '../../app/ports.ts';
import { compactDay, dayOf } from '../../core/day.ts';
import type { HeldLine } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import {
  divideExactly,
  isPositive,
  multiplyQuantities,
  negateQuantity,
  one,
} from '../../core/quantity.ts';
import { externalKey, type Quantity } from '../../core/schema.ts';
import { listUntil } from './lists.ts';
import { type Row, readRecords, readRowsOf } from './master-read.ts';
import type { MiCall, MiClient } from './mi.ts';
import { isAbsentCode } from './outcome.ts';
import { quantityOf } from './recipe/compare.ts';
import { deletedStatus } from './recipe/order-read.ts';

/** TTYP: issue to a customer order, receipt of a purchase order, adjustment (infor-api §5). */
const transactionTypes = { orderIssue: '31', purchaseReceipt: '25', adjustment: '90' } as const;

/** PUSL of a deleted order or line. */
const deletedPurchase = ['90', '99'];
/** Rows of one list; beyond it the answer is not complete, and nothing is believed. */
const rowsMax = 10_000;
/** A movement may have been booked a while before ShipBob calls it left. */
const earlierMs = 7 * 86_400_000;

interface Context {
  client: MiClient;
  clock: Clock;
}

export function createHandBookingReader(context: Context): HandBookingReader {
  return {
    read(query) {
      switch (query.kind) {
        case 'salesOrder':
          return readSalesOrder(context, query.number);
        case 'purchaseOrder':
          return readPurchaseOrder(context, query.number);
        case 'goodsIssue':
          return readIssues(context, query);
        case 'stockIssue':
          return readAdjustments(context, query);
        case 'goodsReceipt':
          return readReceipts(context, query);
      }
    },
  };
}

async function salesHead({ client }: Context, number: string): Promise<Row | null> {
  const columns = ['ORNO', 'CUNO', 'YREF', 'ORSL', 'ORST'];
  const call = { transaction: 'GetHead', record: { ORNO: number }, columns };
  const [head = null] = await readRecords(client, 'OIS100MI', [call]);
  return head;
}

async function readSalesOrder(context: Context, number: string): Promise<HandAnswer> {
  const head = await salesHead(context, number);
  if (head === null) return { state: 'absent' };
  if (head.ORSL === deletedStatus) return { state: 'deleted' };
  const columns = ['PONR', 'POSX', 'ITNO', 'ORQT', 'ORST'];
  // Its rows do not name the order, and only the order asked for is listed.
  const call = { transaction: 'LstLine', record: { ORNO: number }, columns };
  const [rows = []] = await readLists(context, 'OIS100MI', [call]);
  const live = rows.filter((row) => row.ORST !== deletedStatus);
  if (live.length === 0) return { state: 'deleted' };
  const lines = live.map((row) => lineOf(row, row.ORQT, number));
  const documents = [{ number, lines, ownKey: ownKey(head.YREF) }];
  return { state: 'found', party: head.CUNO ?? '', documents, whole: null };
}

async function readPurchaseOrder(context: Context, number: string): Promise<HandAnswer> {
  const { client } = context;
  const columns = ['PUNO', 'SUNO', 'YRE1', 'PUSL', 'PUST'];
  const call = { transaction: 'GetHeadBasic', record: { PUNO: number }, columns };
  const [head] = await readRecords(client, 'PPS001MI', [call]);
  if (!head) return { state: 'absent' };
  if (deletedPurchase.includes(head.PUSL ?? '')) return { state: 'deleted' };
  const rows = await purchaseLines(client, number);
  const live = rows.filter((row) => !deletedPurchase.includes(row.PUSL ?? ''));
  if (live.length === 0) return { state: 'deleted' };
  const lines = live.map((row) => lineOf(row, basicOrdered(row), number));
  const documents = [{ number, lines, ownKey: ownKey(head.YRE1) }];
  return { state: 'found', party: head.SUNO ?? '', documents, whole: null };
}

async function purchaseLines(client: MiClient, number: string): Promise<Row[]> {
  const list = {
    program: 'PPS200MI',
    transaction: 'LstLine',
    key: 'PUNO',
    columns: ['PNLI', 'PNLS', 'ITNO', 'PUUN', 'UNMS', 'ORQA', 'ORQT', 'PUSL'],
  };
  const [rows = []] = await readRowsOf(client, list, [number]);
  return rows;
}

/** In the basic unit; blank where the units differ and M3 does not say. */
function basicOrdered(row: Row): string {
  const same = (row.PUUN ?? '') === (row.UNMS ?? '');
  return row.ORQT || (same ? (row.ORQA ?? '') : '');
}

/** Every issue to the customer order, or those of one delivery of it. */
async function readIssues(context: Context, query: HandQuery): Promise<HandAnswer> {
  const { number, delivery } = query;
  const head = await salesHead(context, number);
  if (head === null) return { state: 'absent' };
  const rows = await history(context, transactionTypes.orderIssue, number);
  if (rows.length === 0) return { state: head.ORSL === deletedStatus ? 'deleted' : 'absent' };
  const own = delivery === null ? rows : rows.filter((row) => sameNumber(row.RIDI, delivery));
  if (own.length === 0) return { state: 'absent' };
  const whole = { number, lines: issued(rows, number), ownKey: null };
  const part = { number: `${number}/${delivery}`, lines: issued(own, number), ownKey: null };
  return {
    state: 'found',
    party: head.CUNO ?? '',
    documents: [delivery === null ? whole : part],
    whole: delivery === null ? null : whole,
  };
}

function sameNumber(left: string | undefined, right: string): boolean {
  return (left ?? '').replace(/^0+/, '') === right.replace(/^0+/, '');
}

/** Stock history counts what left below zero; what was taken back counts against it. */
function issued(rows: Row[], number: string): HeldLine[] {
  return rows
    .map((row) => lineOf(row, row.TRQT, number))
    .map((line) => ({ ...line, quantity: negateQuantity(line.quantity) }));
}

async function history({ client }: Context, type: string, order: string): Promise<Row[]> {
  const { result } = await listUntil(client, {
    program: 'MWS070MI',
    transaction: 'LstTransByOrder',
    start: { TTYP: type, RIDN: order },
    keyFields: ['RIDN', 'RIDL', 'RIDX', 'RIDI'],
    isPast: (row) => row.RIDN !== order,
    columns: ['ITNO', 'TRQT', 'BANO', 'REPN', 'SUDO', 'RFTX', 'TTYP'],
  });
  if (result.kind === 'ok' && result.complete === 'yes') return result.records;
  if (result.kind === 'nok' && isAbsentCode(result.code)) return [];
  throw incomplete('MWS070MI/LstTransByOrder', order);
}

/**
 * Corrections of these items in the warehouse that carry the number as text or are it. They belong
 * to no order, so the days since the goods left are searched.
 */
async function readAdjustments(context: Context, query: HandQuery): Promise<HandAnswer> {
  const { clock } = context;
  const { number, items, warehouse, sinceMs } = query;
  const calls = [...new Set(items)].map((item) => ({
    transaction: 'SelStockTran',
    record: {
      TTYP: transactionTypes.adjustment,
      FTRD: compactDay(dayOf((sinceMs ?? clock.now()) - earlierMs, 'UTC')),
      TRDT: compactDay(dayOf(clock.now() + 86_400_000, 'UTC')),
      WHLO: warehouse ?? '',
      ITNO: item,
    },
    columns: ['ITNO', 'TRQT', 'BANO', 'RFTX', 'BREF', 'BRE2', 'STNO', 'RSCD'],
  }));
  const rows = await readLists(context, 'MWS070MI', calls);
  const own = rows
    .flat()
    .filter((row) =>
      [row.RFTX, row.BREF, row.BRE2, row.STNO].some((text) => text?.trim() === number),
    );
  if (own.length === 0) return { state: 'absent' };
  const documents = [{ number, lines: issued(own, number), ownKey: null }];
  return { state: 'found', party: null, documents, whole: null };
}

/** Lists that end by themselves; one that was cut, or failed, throws. */
async function readLists({ client }: Context, program: string, calls: MiCall[]): Promise<Row[][]> {
  const answers = await client.read(program, calls, { recordsMax: rowsMax });
  return calls.map((call, index) => {
    const result = answers[index]?.result;
    if (result?.kind === 'ok' && result.complete === 'yes') return result.records;
    if (result?.kind === 'nok' && isAbsentCode(result.code)) return [];
    throw incomplete(`${program}/${call.transaction}`, JSON.stringify(call.record));
  });
}

/** Receipts of the purchase order under the receiving number or the delivery note. */
async function readReceipts(context: Context, query: HandQuery): Promise<HandAnswer> {
  const { number, purchaseOrder } = query;
  if (purchaseOrder === null) return { state: 'absent' };
  const { client } = context;
  const list = {
    program: 'PPS200MI',
    transaction: 'LstReceiptsByPO',
    key: 'PUNO',
    columns: ['PNLI', 'PNLS', 'REPN', 'BANO', 'RPQA', 'PUOS'],
  };
  const [rows = []] = await readRowsOf(client, list, [purchaseOrder]);
  const notes = await deliveryNotes(context, purchaseOrder);
  const wanted = rows.filter(
    (row) => sameNumber(row.REPN, number) || notes.get(receivingNumber(row)) === number,
  );
  if (wanted.length === 0) return { state: 'absent' };
  const ordered = await purchaseLines(client, purchaseOrder);
  const documents = [...new Set(wanted.map(receivingNumber))].map((receipt): HandFound => {
    const own = wanted.filter((row) => receivingNumber(row) === receipt);
    const lines = own.map((row) => receivedLine(row, ordered, purchaseOrder));
    return { number: receipt, lines, ownKey: ownKey(notes.get(receipt)) };
  });
  return { state: 'found', party: null, documents, whole: null };
}

function receivingNumber(row: Row): string {
  return (row.REPN ?? '').replace(/^0+/, '');
}

async function deliveryNotes(context: Context, order: string): Promise<Map<string, string>> {
  const rows = await history(context, transactionTypes.purchaseReceipt, order);
  return new Map(rows.map((row) => [receivingNumber(row), row.SUDO ?? '']));
}

/** Receipts are listed in purchase units and without their item: both stand on the order's line. */
function receivedLine(row: Row, ordered: Row[], number: string): HeldLine {
  const line = ordered.find(
    (other) => sameNumber(other.PNLI, row.PNLI ?? '') && sameNumber(other.PNLS, row.PNLS ?? ''),
  );
  const factor = line === undefined ? null : factorOf(line);
  const quantity = quantityOf(row.RPQA ?? '');
  if (line === undefined || factor === null || quantity === null) throw unreadable(number);
  return {
    line: null,
    item: line.ITNO ?? '',
    quantity: multiplyQuantities(quantity, factor),
    lot: row.BANO || null,
  };
}

/** Basic units per purchase unit; null where M3 does not say and the units differ. */
function factorOf(line: Row): Quantity | null {
  if ((line.PUUN ?? '') === (line.UNMS ?? '')) return one;
  const ordered = quantityOf(line.ORQA ?? '');
  const basic = quantityOf(line.ORQT ?? '');
  if (ordered === null || basic === null || !isPositive(ordered) || !isPositive(basic)) return null;
  return divideExactly(basic, ordered);
}

function lineOf(row: Row, text: string | undefined, number: string): HeldLine {
  const quantity = quantityOf(text ?? '');
  if (quantity === null) throw unreadable(number);
  return { line: null, item: row.ITNO ?? '', quantity, lot: row.BANO || null };
}

/** A key of this tool's orders and receipts; see core/external-key.ts. */
function ownKey(text: string | undefined): HandFound['ownKey'] {
  const trimmed = text?.trim() ?? '';
  return /^(SB\d{1,18}|SX[0-9A-Z]{1,13}|RX?[0-9A-Z]{1,13}-\d{1,3})$/.test(trimmed)
    ? externalKey(trimmed)
    : null;
}

function unreadable(number: string): Problem {
  return new Problem({
    code: 'LINES_UNREADABLE',
    kind: 'rejected',
    message: `M3 holds ${number}, but not how much of what in basic units can be read`,
    hint: 'Look at its lines and their units in M3.',
    evidence: { number },
  });
}

function incomplete(call: string, value: string): Problem {
  return new Problem({
    code: 'INFOR_ANSWER_INCOMPLETE',
    kind: 'retryable',
    message: `${call} gave no complete answer for ${value}`,
    hint: 'If this stays, the tenant cuts its lists: raise the row limit of the MI service.',
    evidence: { call, value },
  });
}
