/** Links of documents that a person entered in Infor. */
import type { HandLink } from '../../src/app/ports.ts';
import type { HeldLine, RecordKey } from '../../src/core/glossary.ts';
import type { HandKind } from '../../src/core/hand-booking.ts';
import { parseQuantity } from '../../src/core/quantity.ts';

/** `'5'` of an item, or of one lot of it, as Infor holds it. */
export function aHeld(item: string, quantity: string, lot: string | null = null): HeldLine {
  return { line: null, item, quantity: parseQuantity(quantity), lot };
}

/** The document holds exactly the share unless `held` says what it holds. */
export function aHandLink(
  record: RecordKey,
  link: { kind: HandKind; shipbobId: string; number: string; share: HeldLine[] },
  more: Partial<HandLink> & { held?: HeldLine[]; purchaseOrder?: string } = {},
): HandLink {
  const { kind, shipbobId, number, share } = link;
  const { held = share, purchaseOrder = null, ...fields } = more;
  const about = { kind, number, delivery: null, purchaseOrder, shipbobId };
  return {
    record,
    kind,
    shipbobId,
    documents: [{ number, share, checks: [{ about, held }] }],
    release: [],
    actor: 'ada',
    because: 'entered at the desk',
    accepted: [],
    nowMs: 1_760_000_000_000,
    ...fields,
  };
}
