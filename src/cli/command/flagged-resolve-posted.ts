import { noSuchFlag } from '../../app/flagged.ts';
import { type PostedAsOutcome, resolvePosted } from '../../app/resolve-posted.ts';
import { type FlagSubject, subjectOfFlag } from '../../core/flag-subject.ts';
import type { Flag, JsonObject } from '../../core/glossary.ts';
import { handWords, rowName, rowText } from '../../core/hand-problem.ts';
import { Problem } from '../../core/problem.ts';
import { externalKey } from '../../core/schema.ts';
import type { CommandContext } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { counted } from '../words.ts';
import { flagJson } from './flagged-json.ts';

export interface PostedAsWish {
  ids: number[];
  numbers: string[];
  because: string;
  shipmentId: string | null;
  delivery: string | null;
  purchaseOrder: string | null;
  acceptDifference: 'yes' | 'no';
}

export async function resolveAsPosted(
  context: CommandContext,
  wish: PostedAsWish,
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const outcome = await linkAsPosted(context, workspace, wish);
    context.progress.clear();
    if (context.output.format === 'json') context.output.json(outcomeJson(outcome));
    else printOutcome(context, outcome);
    return 0;
  } finally {
    await workspace.close();
  }
}

/** The same for a verb and for the walk through the queue. */
export async function linkAsPosted(
  context: CommandContext,
  workspace: Workspace,
  wish: PostedAsWish,
): Promise<PostedAsOutcome> {
  const { flag, subject } = await oneSubject(workspace, wish);
  const connected = await connect(context, workspace);
  try {
    return await resolvePosted(
      { ...connected.parts, handBookings: connected.handBookings },
      {
        record: flag.record,
        subject,
        numbers: wish.numbers,
        delivery: wish.delivery,
        because: wish.because,
        acceptDifference: wish.acceptDifference,
        actor: context.global.actor,
      },
    );
  } finally {
    connected.close();
  }
}

/** One number stands for one document, so all the flags must be about the same. */
async function oneSubject(
  { store }: Workspace,
  wish: PostedAsWish,
): Promise<{ flag: Flag; subject: Extract<FlagSubject, { state: 'known' }>['subject'] }> {
  const { ids, shipmentId, purchaseOrder } = wish;
  const flags = await store.flags({
    codes: null,
    kinds: null,
    ids,
    state: 'all',
    limit: ids.length,
  });
  const missing = ids.find((id) => !flags.some((flag) => flag.id === id));
  if (missing !== undefined) throw noSuchFlag(missing);
  const found = new Map<string, { flag: Flag; subject: FlagSubject }>();
  for (const flag of flags) {
    const { postingKey, record } = flag;
    const posting = postingKey === null ? null : await store.posting(externalKey(postingKey));
    const subject = subjectOfFlag(flag, { posting, named: { shipmentId, purchaseOrder } });
    found.set(JSON.stringify([record.kind, record.id, subject]), { flag, subject });
  }
  const [first, second] = [...found.values()];
  if (first === undefined) throw noSuchFlag(ids[0] ?? 0);
  if (first.subject.state === 'none') throw notByHand(first.flag, first.subject.why);
  if (second !== undefined) throw severalSubjects();
  return { flag: first.flag, subject: first.subject.subject };
}

function notByHand(flag: Flag, why: string): Problem {
  return new Problem({
    code: 'HAND_BOOKING_NOT_COMPARABLE',
    kind: 'rejected',
    message: `flag ${flag.id} (${flag.code}) is not answered by a number: ${why}`,
    hint: flag.hint,
  });
}

function severalSubjects(): Problem {
  return new Problem({
    code: 'USAGE',
    kind: 'configuration',
    message: 'these flags are about several documents, and a number stands for one',
    hint: 'Resolve them one by one; --shipment ID names a shipment of an order.',
  });
}

function printOutcome({ output }: CommandContext, outcome: PostedAsOutcome): void {
  const { rows } = outcome;
  if (rows.length > 0) {
    output.block(rows.map((row) => [rowName(row), rowText(row)]));
    output.line();
  }
  for (const line of postedLines(outcome)) output.line(line);
}

export function postedLines(outcome: PostedAsOutcome): string[] {
  const { kind, documents, accepted, cleared, open, shipbobId } = outcome;
  const numbers = documents.map(({ number }) => number).join(', ');
  const what = `${handWords[kind]} ${numbers}`;
  const linked = [
    `${shipbobId} is booked as ${what}: checked in Infor, linked, and never posted by mlc.`,
    ...(kind === 'goodsReceipt' ? ['What ShipBob stows beyond it is received as usual.'] : []),
    ...accepted.map((text) => `Accepted: ${text}`),
  ];
  return [
    ...(outcome.state === 'linked' ? linked : [`${what} was known for ${shipbobId} already.`]),
    ...(cleared > 0 ? [`${counted(cleared, 'flag')} cleared.`] : []),
    ...open.map((flag) => `Still open: ${flag.id} ${flag.code}: ${flag.sentence}`),
  ];
}

function outcomeJson(outcome: PostedAsOutcome): JsonObject {
  const { state, kind, key, shipbobId, documents, accepted, cleared, open } = outcome;
  const lines = documents.map(({ number, share }) => ({
    number,
    lines: share.map(({ item, lot, quantity }) => ({ item, lot, quantity })),
  }));
  return {
    state,
    documentKind: kind,
    key,
    shipbobId,
    documents: lines,
    accepted,
    cleared,
    open: open.map(flagJson),
  };
}
