import type { SourceRecord } from '../core/glossary.ts';
import type { Db } from './database.ts';
import { insertRows } from './statement.ts';

interface Alias {
  value: string;
  role: string;
}

/** Every number a person may know the record by. */
function aliases(record: SourceRecord): Alias[] {
  const found: Alias[] = [{ value: record.id, role: record.kind }];
  if (record.kind === 'order') {
    found.push({ value: record.referenceId, role: 'referenceId' });
    found.push({ value: record.orderNumber, role: 'orderNumber' });
    found.push({ value: record.buyerOrderNumber ?? '', role: 'buyerOrderNumber' });
    for (const shipment of record.shipments) {
      found.push({ value: shipment.id, role: 'shipment' });
      found.push({ value: shipment.tracking?.number ?? '', role: 'trackingNumber' });
    }
  }
  if (record.kind === 'receiving') {
    found.push({ value: record.purchaseOrderNumber ?? '', role: 'purchaseOrderNumber' });
  }
  if (record.kind === 'charge') found.push({ value: record.referenceId, role: 'chargeReference' });
  return found.filter((alias) => alias.value !== '');
}

/** Old aliases stay: a person may still know the record by them. */
export async function saveAliases(db: Db, records: readonly SourceRecord[]): Promise<void> {
  const rows = records.flatMap((record) =>
    aliases(record).map(({ value, role }) => ({
      value,
      role,
      kind: record.kind,
      record_id: record.id,
    })),
  );
  await insertRows(db, 'source_alias', rows, 'on conflict do nothing');
}
