import type { Target } from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import type { Address, SalesOrder } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import type { MiCall } from '../mi.ts';
import type { M3Settings } from '../settings.ts';
import { cut, given } from './record.ts';
import { documentOf } from './session.ts';

/** The head of the temporary order. */
export function headCall(target: Target, settings: M3Settings): MiCall {
  const order = documentOf(target, 'salesOrder');
  return {
    transaction: 'AddBatchHead',
    record: given({
      CUNO: order.customer,
      ORTP: order.orderType,
      FACI: order.facility,
      WHLO: order.warehouse,
      ORDT: compactDay(order.orderedOn),
      RLDT: compactDay(order.requestedOn),
      CUOR: target.key,
      YREF: target.key,
      OREF: cut(order.orderNumber, 30),
      CUCD: order.currency ?? '',
      RESP: order.responsible ?? settings.responsible ?? '',
    }),
    columns: ['ORNO'],
  };
}

/** Lines, delivery address and shipping charge, in this order. */
export function bodyCalls(target: Target, handle: string, settings: M3Settings): MiCall[] {
  const order = documentOf(target, 'salesOrder');
  const calls: MiCall[] = order.lines.map((line) => ({
    transaction: 'AddBatchLine',
    record: given({
      ORNO: handle,
      ITNO: line.item,
      ORQT: line.quantity,
      WHLO: line.warehouse,
      SAPR: line.price ?? '',
      RSCD: line.reasonCode ?? '',
      CUPO: String(line.line),
    }),
    columns: ['PONR', 'POSX'],
  }));
  if (order.deliveryAddress !== null) {
    calls.push(addressCall(handle, order.deliveryAddress, settings));
  }
  if (order.charge !== null) {
    calls.push({
      transaction: 'AddBatchHeadChg',
      record: given({
        ORNO: handle,
        CRID: order.charge.code,
        CRAM: order.charge.amount,
        CUCD: order.currency ?? '',
      }),
      columns: [],
    });
  }
  return calls;
}

function addressCall(handle: string, address: Address, settings: M3Settings): MiCall {
  const lengths = settings.addressLengths;
  const lines = [address.company, address.street1, address.street2]
    .map((line) => cut(line ?? '', lengths.line))
    .filter((line) => line !== '');
  const state = (address.state ?? '').trim();
  return {
    transaction: 'AddBatchAddress',
    record: given({
      ORNO: handle,
      // 1 is the delivery address.
      ADRT: '1',
      CUNM: cut(address.name, lengths.name),
      CUA1: lines[0] ?? '',
      CUA2: lines[1] ?? '',
      CUA3: lines[2] ?? '',
      TOWN: cut(address.city, lengths.town),
      // Two characters are a code; a name cut to two would be another state's.
      ECAR: state.length === 2 ? state.toUpperCase() : '',
      PONO: cut(address.postCode ?? '', lengths.postCode),
      CSCD: countryOf(address, settings),
      PHN2: cut(address.phone ?? '', lengths.phone),
    }),
    columns: [],
  };
}

function countryOf(address: Address, settings: M3Settings): string {
  const country = address.country.trim();
  return settings.countries[country] ?? country.toUpperCase();
}

/** Why the address cannot be sent, or null. */
export function addressProblem(order: SalesOrder, settings: M3Settings): Problem | null {
  if (order.deliveryAddress === null) return null;
  const country = countryOf(order.deliveryAddress, settings);
  if (/^[A-Z0-9]{1,3}$/.test(country)) return null;
  return new Problem({
    code: 'COUNTRY_UNKNOWN',
    kind: 'rejected',
    message: `The country ${JSON.stringify(order.deliveryAddress.country)} has no code in M3.`,
    hint: 'Add it to the country table of the configuration.',
    evidence: { country: order.deliveryAddress.country },
  });
}
