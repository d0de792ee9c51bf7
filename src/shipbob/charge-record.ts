import type { ChargeRecord } from '../core/glossary.ts';
import { chargeId } from '../core/schema.ts';
import { Row, UnreadableField } from './schema.ts';

const types: Readonly<Record<string, ChargeRecord['type']>> = {
  Charge: 'charge',
  Refund: 'refund',
  Credit: 'credit',
};

/** ULIDs as ShipBob writes them; the same bound as the core's. */
const id = /^[0-9A-Za-z]{1,26}$/;

/** Translates one billing transaction, its sign as given. Throws UnreadableField. */
export function readCharge(value: unknown): ChargeRecord {
  const row = new Row(value);
  const transaction = row.requiredText('transaction_id').trim();
  if (!id.test(transaction)) throw new UnreadableField('Field transaction_id is not an id.');
  const type = row.text('transaction_type');
  return {
    kind: 'charge',
    id: chargeId(transaction),
    type: Object.hasOwn(types, type) ? (types[type] ?? 'unrecognised') : 'unrecognised',
    fee: row.requiredText('transaction_fee'),
    amount: row.amount('amount'),
    currency: row.requiredText('currency_code').trim().toUpperCase(),
    chargedOn: row.day('charge_date'),
    referenceType: row.text('reference_type'),
    referenceId: row.text('reference_id'),
    centreName: row.textOrNull('fulfillment_center'),
  };
}
