import type { HttpAnswer } from '../../runtime/http-server.ts';
import { type Invoice, invoiceOf, invoicesAt, visibleCharges } from './billing.ts';
import { fieldsOf, numberOf, textOf, textsOf } from './json.ts';
import type { Charge } from './model.ts';
import { cursorPage, readCursor } from './paging.ts';
import { jsonReply, problemReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import type { ShipbobState } from './state.ts';
import { dayOf, money } from './wire.ts';

const DAY_MS = 86_400_000;

export const BILLING_ROUTES: Route[] = [
  { method: 'POST', path: '/transactions:query', scope: 'billing_read', answer: queryCharges },
  { method: 'GET', path: '/transaction-fees', scope: 'billing_read', answer: listFees },
  { method: 'GET', path: '/invoices', scope: 'billing_read', answer: listInvoices },
  {
    method: 'GET',
    path: '/invoices/{invoiceId}/transactions',
    scope: 'billing_read',
    answer: invoiceCharges,
  },
];

/**
 * The cursor stands in the URL, is an opaque token and overrides every filter. Without dates the
 * window is the last seven days; keys that ShipBob does not know are ignored (section 8.5).
 */
function queryCharges(call: Call): HttpAnswer {
  const token = call.query.text('Cursor');
  const at = token === null ? null : readCursor(token);
  if (token !== null && !at) return problemReply(400, 'Bad Request', 'Invalid cursor');
  const filters = at?.filters ?? JSON.stringify(call.body ?? {});
  const fields = fieldsOf(JSON.parse(filters));
  const size = at?.size ?? numberOf(fields.page_size) ?? 100;
  if (size < 1 || size > 1000) {
    return problemReply(400, 'Bad Request', 'page_size must be between 1 and 1000');
  }
  const rows = selectCharges(call.state, fields);
  if (fields.sort_order === 'Descending') rows.reverse();
  const page = cursorPage({
    rows,
    offset: at?.offset ?? 0,
    size,
    filters,
    link: (cursor) => cursor,
    write: (charge) => call.loose(chargeJson(call.state, charge)),
  });
  return jsonReply(page);
}

function selectCharges(state: ShipbobState, fields: Record<string, unknown>): Charge[] {
  const toMs = timeOf(fields.to_date) ?? state.nowMs;
  const fromMs = timeOf(fields.from_date) ?? toMs - 7 * DAY_MS;
  const wanted = (key: string) => new Set(textsOf(fields[key]));
  const references = wanted('reference_ids');
  const referenceTypes = wanted('reference_types');
  const fees = wanted('transaction_fees');
  const types = wanted('transaction_types');
  const invoices = wanted('invoice_ids');
  const allows = (set: Set<string>, value: string) => set.size === 0 || set.has(value);
  const { invoiced_status: invoiced } = fields;
  return visibleCharges(state, state.nowMs).filter(
    (charge) =>
      charge.chargedAtMs >= fromMs &&
      charge.chargedAtMs <= toMs &&
      allows(references, charge.referenceId) &&
      allows(referenceTypes, charge.referenceType) &&
      allows(fees, charge.fee) &&
      allows(types, charge.type) &&
      allows(invoices, String(invoiceOf(charge).id)) &&
      (typeof invoiced !== 'boolean' || invoiced === isInvoiced(state, charge)),
  );
}

function chargeJson(state: ShipbobState, charge: Charge): Record<string, unknown> {
  const invoice = invoiceOf(charge);
  const invoiced = isInvoiced(state, charge);
  const centre = state.centres.find((each) => each.id === charge.centreId);
  const sign = charge.type === 'Charge' ? 1 : -1;
  return {
    transaction_id: charge.id,
    transaction_type: charge.type,
    transaction_fee: charge.fee,
    reference_id: charge.referenceId,
    reference_type: charge.referenceType,
    amount: money(sign * Math.abs(charge.amountCents)),
    currency_code: 'USD',
    charge_date: dayOf(charge.chargedAtMs),
    invoiced_status: invoiced,
    invoice_id: invoiced ? invoice.id : null,
    invoice_date: invoiced ? dayOf(invoice.atMs) : null,
    invoice_type: charge.invoiceType,
    fulfillment_center: centre?.name ?? null,
    taxes: [],
    additional_details: null,
  };
}

function isInvoiced(state: ShipbobState, charge: Charge): boolean {
  return invoiceOf(charge).atMs <= state.nowMs;
}

function listFees(call: Call): HttpAnswer {
  return jsonReply({ fee_list: [...new Set(call.state.charges.map((charge) => charge.fee))] });
}

/** Default window: one month. */
function listInvoices(call: Call): HttpAnswer {
  const { state, query } = call;
  const token = query.text('Cursor');
  const at = token === null ? null : readCursor(token);
  if (token !== null && !at) return problemReply(400, 'Bad Request', 'Invalid cursor');
  const toMs = query.time('ToDate') ?? state.nowMs;
  const fromMs = query.time('FromDate') ?? toMs - 31 * DAY_MS;
  const types = query.list('InvoiceTypes');
  const size = query.integer('PageSize', { min: 1, max: 1000, preset: at?.size ?? 100 });
  if (query.refused()) return problemReply(400, 'Bad Request', 'Invalid parameter');
  let balance = 0;
  const rows = invoicesAt(state, state.nowMs)
    .map((invoice) => {
      balance += invoice.amountCents;
      return { invoice, balance };
    })
    .filter(({ invoice }) => invoice.atMs >= fromMs && invoice.atMs <= toMs)
    .filter(({ invoice }) => !types || types.includes(invoice.type));
  const page = cursorPage({
    rows,
    offset: at?.offset ?? 0,
    size,
    filters: '',
    link: (cursor) => cursor,
    write: (row) => invoiceJson(row.invoice, row.balance),
  });
  return jsonReply(page);
}

function invoiceJson(invoice: Invoice, balance: number): Record<string, unknown> {
  return {
    invoice_id: invoice.id,
    invoice_date: dayOf(invoice.atMs),
    invoice_type: invoice.type,
    amount: money(invoice.amountCents),
    currency_code: 'USD',
    running_balance: money(balance),
  };
}

function invoiceCharges(call: Call): HttpAnswer {
  const id = idOf(call, 'invoiceId');
  const invoice = invoicesAt(call.state, call.state.nowMs).find((each) => each.id === id);
  if (!invoice) return problemReply(404, 'Not Found', 'Invoice not found');
  const token = call.query.text('Cursor');
  const at = token === null ? null : readCursor(token);
  const size = call.query.integer('PageSize', { min: 1, max: 1000, preset: at?.size ?? 100 });
  const page = cursorPage({
    rows: invoice.charges,
    offset: at?.offset ?? 0,
    size,
    filters: '',
    link: (cursor) => cursor,
    write: (charge) => call.loose(chargeJson(call.state, charge)),
  });
  return jsonReply(page);
}

function timeOf(value: unknown): number | null {
  const parsed = Date.parse(textOf(value) ?? '');
  return Number.isNaN(parsed) ? null : parsed;
}
