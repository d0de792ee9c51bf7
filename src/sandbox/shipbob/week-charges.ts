import type { Random } from '../../runtime/random.ts';
import type { ChargeInput, ShipbobEvent } from './seed.ts';
import { type Article, CENTRES } from './week-catalogue.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export const FEES = {
  shipping: 'Shipping',
  storage: 'Warehousing Fee',
  receiving: 'WRO Receiving Fee',
  pick: 'Per Pick Fee',
  credit: 'Credit',
  /** Charged once, and mapped to no account. */
  unmapped: 'Special Project',
} as const;

/** Bills besides the shipping charges, which follow from the shipments themselves. */
export function weekCharges(settings: {
  random: Random;
  startAtMs: number;
  durationMs: number;
  shipments: readonly { shipmentId: number; atMs: number; invoiceCents: number }[];
  completions: readonly { wroId: number; centreId: number; atMs: number }[];
  range: readonly Article[];
}): ShipbobEvent[] {
  const { random } = settings;
  const charges: Charge[] = [
    ...storage(settings),
    ...settings.completions.map(
      ({ wroId, centreId, atMs }): Charge => ({
        type: 'Charge',
        fee: FEES.receiving,
        referenceId: String(wroId),
        referenceType: 'WRO',
        amountCents: 4_500,
        chargedAtMs: atMs,
        invoiceType: 'Inbound Fee',
        centreId,
      }),
    ),
    ...settings.shipments.flatMap(afterShipping),
    {
      type: 'Charge',
      fee: FEES.unmapped,
      referenceId: '51877',
      referenceType: 'TicketNumber',
      amountCents: 12_500,
      chargedAtMs: settings.startAtMs + 50 * HOUR_MS,
      invoiceType: 'AdditionalFee',
      centreId: null,
    },
  ];
  return charges.map((charge) => {
    const visibleAtMs = charge.chargedAtMs + Math.round((24 + random.next() * 24) * HOUR_MS);
    const action = { kind: 'charge', ...charge, visibleAtMs } as const;
    return { atMs: charge.chargedAtMs, action };
  });
}

type Charge = Omit<ChargeInput, 'id' | 'visibleAtMs'>;

/** Each day, each centre, for a few articles. */
function storage(settings: {
  startAtMs: number;
  durationMs: number;
  range: readonly Article[];
}): Charge[] {
  const days = Math.max(1, Math.round(settings.durationMs / DAY_MS));
  return Array.from({ length: days }, (_, day) => day).flatMap((day) =>
    CENTRES.flatMap((centre) =>
      settings.range.slice(0, 3).map(
        (article, place): Charge => ({
          type: 'Charge',
          fee: FEES.storage,
          referenceId: `${centre.id}-${article.inventoryId}-Shelf`,
          referenceType: 'FC',
          amountCents: 310 + 45 * place,
          chargedAtMs: settings.startAtMs + day * DAY_MS + 6 * HOUR_MS,
          invoiceType: 'WarehouseStorage',
          centreId: centre.id,
        }),
      ),
    ),
  );
}

/** A pick fee for some, a refund or a credit for a few. */
function afterShipping(
  shipment: { shipmentId: number; atMs: number; invoiceCents: number },
  index: number,
): Charge[] {
  const base = {
    referenceId: String(shipment.shipmentId),
    referenceType: 'Shipment',
    chargedAtMs: shipment.atMs,
    centreId: null,
  };
  const charges: Charge[] = [];
  if (index % 4 === 1) {
    const amountCents = 20 + (index % 5) * 20;
    const fee = FEES.pick;
    charges.push({ ...base, type: 'Charge', fee, amountCents, invoiceType: 'AdditionalFee' });
  }
  if (index % 60 === 17) {
    const chargedAtMs = shipment.atMs + 20 * HOUR_MS;
    const fee = FEES.shipping;
    const amountCents = Math.floor(shipment.invoiceCents / 2);
    charges.push({
      ...base,
      type: 'Refund',
      fee,
      amountCents,
      chargedAtMs,
      invoiceType: 'Shipping',
    });
  }
  if (index % 90 === 44) {
    const fee = FEES.credit;
    charges.push({ ...base, type: 'Credit', fee, amountCents: 500, invoiceType: 'Credits' });
  }
  return charges;
}
