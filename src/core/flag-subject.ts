/** What a flag is about, when a person says that it was booked by hand. */
import type { Flag, Json, Posting } from './glossary.ts';
import { handGroup } from './hand-booking.ts';
import type { HandSubject } from './hand-expectation.ts';
import { isDeletedInInfor, isGivenUp } from './posting-standing.ts';

export type FlagSubject =
  | { state: 'known'; subject: HandSubject }
  /** Nothing that a person enters instead of the tool. */
  | { state: 'none'; why: string };

/** Causes about one shipment; the rest of a cause names the SKU. */
const shipmentCause = /^(?:shipment|lot:shipment|warehouse-of:shipment|period:shipment):(\d{1,19})/;

/**
 * The posting's own subject when the flag has one; else the shipment that the flag names, else the
 * record. `named` goes before both.
 */
export function subjectOfFlag(
  flag: Flag,
  facts: {
    posting: Posting | null;
    /** As the person says. */
    named: { shipmentId: string | null; purchaseOrder: string | null };
  },
): FlagSubject {
  const { posting, named } = facts;
  const { kind } = flag.record;
  if (kind === 'charge') return none('a charge is collected into a journal');
  if (kind === 'receiving') {
    const { purchaseOrder } = named;
    const over = posting !== null && (isDeletedInInfor(posting) || isGivenUp(posting));
    const instead = over ? posting.key : null;
    return { state: 'known', subject: { of: 'receiving', purchaseOrder, instead } };
  }
  const shipmentId = named.shipmentId ?? posting?.shipmentId ?? shipmentOf(flag);
  if (posting !== null && named.shipmentId === null && handGroup(posting.kind) === null) {
    return none(`${posting.key} is no document that people enter instead`);
  }
  if (shipmentId !== null) return { state: 'known', subject: { of: 'shipment', shipmentId } };
  return { state: 'known', subject: { of: 'order' } };
}

function none(why: string): FlagSubject {
  return { state: 'none', why };
}

function shipmentOf(flag: Flag): string | null {
  const named: Json | undefined = flag.evidence.shipment;
  if (typeof named === 'string' && /^\d{1,19}$/.test(named)) return named;
  return shipmentCause.exec(flag.cause)?.[1] ?? null;
}
