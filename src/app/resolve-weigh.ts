/** What of the documents that a person names is free, beside what ShipBob says. */
import type { HeldLine } from '../core/glossary.ts';
import { type BookingMatch, handGroup, matchBooking } from '../core/hand-booking.ts';
import type { ExpectedBooking } from '../core/hand-expectation.ts';
import { claimedAlready, rowName, rowText } from '../core/hand-problem.ts';
import { compareQuantities, isZero, subtractQuantities, zero } from '../core/quantity.ts';
import type { Engine } from './engine.ts';
import type { ClaimQuery, HandFound, HandLink } from './ports.ts';

export interface Weighed {
  match: BookingMatch;
  documents: HandLink['documents'];
  differences: string[];
}

/** Takes off what others claim, and lays the rest beside what ShipBob says. */
export async function weigh(
  engine: Engine,
  found: {
    booking: ExpectedBooking;
    documents: HandFound[];
    whole: HandFound | null;
    request: { numbers: string[]; delivery: string | null };
  },
): Promise<Weighed> {
  const { booking, whole, request } = found;
  const { kind, shipbobId, purchaseOrder } = booking;
  // A receipt grows: what it holds too much must not be received again later.
  const surplus = kind === 'goodsReceipt' ? 'take' : 'leave';
  const documents: HandLink['documents'] = [];
  const held: HeldLine[] = [];
  const claimed: HeldLine[] = [];
  let left = [...booking.lines];
  for (const document of found.documents) {
    const number = kind === 'goodsIssue' ? (request.numbers[0] ?? '') : document.number;
    const about: ClaimQuery = { kind, number, delivery: null, purchaseOrder, shipbobId };
    const part = { about: { ...about, delivery: whole === null ? null : request.delivery } };
    const checks = [{ ...part, held: document.lines }];
    if (whole !== null) checks.push({ about, held: whole.lines });
    for (const check of checks) {
      const claims = await engine.store.claims(check.about);
      if (claims.blocked !== null) throw claimedAlready(document.number, claims);
      if (check === checks[0]) claimed.push(...claims.lines);
      const own = { expected: left, held: check.held, claimed: claims.lines, surplus } as const;
      if (isOverclaimed(matchBooking(own))) throw claimedAlready(document.number, claims);
    }
    const own = { expected: left, held: document.lines, claimed, surplus } as const;
    const { share } = matchBooking(own);
    left = lessThan(left, share);
    held.push(...document.lines);
    documents.push({ number: document.number, share, checks });
  }
  const match = matchBooking({ expected: booking.lines, held, claimed, surplus });
  const off = handGroup(kind) === 'issue' ? match.missing : [...match.missing, ...match.surplus];
  const rows = [...new Set(off)];
  return { match, documents, differences: rows.map((row) => `${rowName(row)}: ${rowText(row)}`) };
}

/** Infor holds enough, but others claim it: that is no difference that a person may accept. */
function isOverclaimed({ missing }: BookingMatch): boolean {
  return missing.some(
    ({ expected, held, claimed }) =>
      !isZero(claimed) &&
      compareQuantities(held, expected) >= 0 &&
      compareQuantities(subtractQuantities(held, claimed), expected) < 0,
  );
}

/** What the next receiving number still has to hold. */
function lessThan(expected: readonly HeldLine[], share: readonly HeldLine[]): HeldLine[] {
  const left = [...share];
  return expected.flatMap((line) => {
    const at = left.findIndex(({ item, lot }) => item === line.item && lot === line.lot);
    const taken = left[at];
    if (taken === undefined) return [line];
    const rest = subtractQuantities(line.quantity, taken.quantity);
    const over = compareQuantities(rest, zero) < 0;
    left[at] = { ...taken, quantity: over ? subtractQuantities(zero, rest) : zero };
    return over || isZero(rest) ? [] : [{ ...line, quantity: rest }];
  });
}
