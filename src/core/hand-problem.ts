/** Why a number that a person names is not believed. Nothing is stored then. */
import type { BookingRow, HandKind } from './hand-booking.ts';
import { Problem } from './problem.ts';
import { isZero } from './quantity.ts';

/** The document's name in a sentence, and where a person looks at it in M3. */
export const handWords: Record<HandKind, string> = {
  salesOrder: 'sales order',
  purchaseOrder: 'purchase order',
  goodsIssue: 'goods issue on sales order',
  stockIssue: 'stock issue',
  goodsReceipt: 'goods receipt',
};

export function unsettled(key: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_UNSETTLED',
    kind: 'rejected',
    message: `${key} was handed to Infor already, and it is not settled what became of it`,
    hint: 'Run mlc sync until it is: it is looked up, never sent again. When it is flagged, retry the flag first. If Infor then holds both, take one back there.',
    evidence: { key },
  });
}

export function claimedAlready(
  number: string,
  claimed: {
    by: string[];
    blocked: { why: 'ours' | 'doubtful' | 'unchecked'; by: string } | null;
  },
): Problem {
  const { blocked } = claimed;
  const by = blocked?.by ?? claimed.by.join(', ');
  const why = {
    ours: `${number} was posted by mlc as ${by}`,
    doubtful: `${number} may be ${by}, of which it is not settled whether Infor booked it`,
    unchecked: `${number} is linked to ${by} since before links were checked`,
    none: `what Infor holds under ${number} stands for ${by} already`,
  };
  return new Problem({
    code: 'HAND_BOOKING_CLAIMED',
    kind: 'rejected',
    message: why[blocked?.why ?? 'none'],
    hint:
      blocked?.why === 'doubtful'
        ? 'Run mlc sync until it is settled, then link again.'
        : 'One booking counts once. Look up the number that stands for this record alone.',
    evidence: { number, by },
  });
}

export function notFound(kind: HandKind, number: string, state: 'absent' | 'deleted'): Problem {
  const what = `${handWords[kind]} ${number}`;
  return new Problem({
    code: state === 'deleted' ? 'HAND_BOOKING_DELETED' : 'HAND_BOOKING_NOT_FOUND',
    kind: 'rejected',
    message: state === 'deleted' ? `Infor holds ${what}, deleted` : `Infor holds no ${what}`,
    hint:
      kind === 'goodsReceipt'
        ? 'Give the receiving number or the delivery note, as shown for the purchase order (PPS330). What is not booked in Infor yet is not linked.'
        : 'Check the number in Infor. What is not booked there yet is not linked.',
    evidence: { number },
  });
}

export function otherParty(number: string, expected: string, found: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_OTHER_PARTY',
    kind: 'rejected',
    message: `${number} belongs to ${found} in Infor, and the record to ${expected}`,
    hint: 'It is another document. If the record belongs to the other one, correct its rule or mapping first.',
    evidence: { number, expected, found },
  });
}

export function duplicate(key: string, numbers: string[]): Problem {
  return new Problem({
    code: 'HAND_BOOKING_DUPLICATE',
    kind: 'rejected',
    message: `Infor holds both: ${numbers.join(' and ')} stand for ${key}`,
    hint: 'Decide which one stands, and take the other back in Infor by hand. The flag DUPLICATE_IN_INFOR keeps it in mind.',
    evidence: { key, numbers: numbers.join(', ') },
  });
}

export function notComparable(reasons: string[], hint: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_NOT_COMPARABLE',
    kind: 'rejected',
    message: `it cannot be told what the document must hold: ${reasons.join('; ')}`,
    hint,
  });
}

export function linkedOtherwise(shipbobId: string, number: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_LINKED',
    kind: 'rejected',
    message: `${shipbobId} is linked to ${number} already`,
    hint: 'It is booked once. mlc trace shows who linked it, and why.',
    evidence: { shipbobId, number },
  });
}

export function stagedCopy(key: string, handle: string, why: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_STAGED_COPY',
    kind: 'retryable',
    message: `a copy of ${key} is staged in Infor as ${handle} and could not be deleted: ${why}`,
    hint: 'Nothing was linked. Try again; if it stays, delete the staged copy in Infor.',
    evidence: { key, handle },
  });
}

/** One row of a comparison, in words. */
export function rowText(row: BookingRow): string {
  const claimed = isZero(row.claimed) ? '' : `, of which ${row.claimed} stand for others`;
  return `ShipBob ${row.expected}, Infor ${row.held}${claimed}`;
}

export function rowName({ item, lot }: Pick<BookingRow, 'item' | 'lot'>): string {
  return lot === null ? item : `${item}, lot ${lot}`;
}

export function differs(
  number: string,
  found: { rows: readonly BookingRow[]; others: string[]; acceptable: 'yes' | 'no' },
): Problem {
  const rows = found.rows.map((row) => [rowName(row), rowText(row)] as const);
  const others = found.others.map((text, index) => [`note ${index + 1}`, text] as const);
  return new Problem({
    code: 'HAND_BOOKING_DIFFERS',
    kind: 'rejected',
    message: `${number} does not hold what ShipBob says`,
    hint:
      found.acceptable === 'yes'
        ? 'Correct it in Infor, or name the right number. If it stands all the same: --accept-difference --because TEXT.'
        : 'Nothing of it can stand for this record. Name the right number.',
    evidence: Object.fromEntries([...rows, ...others]),
  });
}
