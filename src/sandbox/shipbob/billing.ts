import { createHash } from 'node:crypto';
import type { Charge, InvoiceType } from './model.ts';
import type { ChargeInput } from './seed.ts';
import type { ShipbobState } from './state.ts';

const WEEK_MS = 7 * 86_400_000;
const BASE_32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Without telling anybody. */
export function recordCharge(state: ShipbobState, input: ChargeInput): Charge {
  const charge: Charge = { ...input, id: input.id ?? transactionId(input, state.charges.length) };
  state.charges.push(charge);
  return charge;
}

export function addCharge(state: ShipbobState, input: ChargeInput): Charge {
  const charge = recordCharge(state, input);
  const word = charge.type.toLowerCase();
  state.tell({ topic: `billing.${word}.created`, charge });
  return charge;
}

/** What billing shows at that time, oldest first. */
export function visibleCharges(state: ShipbobState, nowMs: number): Charge[] {
  return state.charges
    .filter((charge) => charge.visibleAtMs <= nowMs)
    .sort((a, b) => a.chargedAtMs - b.chargedAtMs || (a.id < b.id ? -1 : 1));
}

export interface Invoice {
  id: number;
  atMs: number;
  type: InvoiceType;
  amountCents: number;
  charges: Charge[];
}

/** Charges are invoiced once a week and type; a charge is invoiced when its week is over. */
export function invoicesAt(state: ShipbobState, nowMs: number): Invoice[] {
  const invoices = new Map<number, Invoice>();
  for (const charge of visibleCharges(state, nowMs)) {
    const invoice = invoiceOf(charge);
    if (invoice.atMs > nowMs) continue;
    const known = invoices.get(invoice.id) ?? { ...invoice, amountCents: 0, charges: [] };
    known.amountCents += signedCents(charge);
    known.charges.push(charge);
    invoices.set(invoice.id, known);
  }
  return [...invoices.values()].sort((a, b) => a.atMs - b.atMs || a.id - b.id);
}

/** The invoice that a charge is (or will be) on. */
export function invoiceOf(charge: Charge): { id: number; atMs: number; type: InvoiceType } {
  const week = Math.floor(charge.visibleAtMs / WEEK_MS) + 1;
  const types = ['Shipping', 'Inbound Fee', 'WarehouseStorage', 'AdditionalFee', 'Return'];
  const place = types.indexOf(charge.invoiceType);
  return {
    id: 9_000_000 + week * 10 + (place < 0 ? types.length : place),
    atMs: week * WEEK_MS,
    type: charge.invoiceType,
  };
}

function signedCents(charge: Charge): number {
  return charge.type === 'Charge' ? charge.amountCents : -Math.abs(charge.amountCents);
}

/** 26 characters like a ULID: ten of time, sixteen that depend on what is charged. */
function transactionId(input: ChargeInput, count: number): string {
  let time = input.chargedAtMs;
  let text = '';
  for (let place = 0; place < 10; place += 1) {
    text = `${BASE_32[time % 32]}${text}`;
    time = Math.floor(time / 32);
  }
  const hash = createHash('sha256')
    .update(`${input.type}|${input.fee}|${input.referenceId}|${input.amountCents}|${count}`)
    .digest();
  for (const byte of hash.subarray(0, 16)) text += BASE_32[byte % 32];
  return text;
}
