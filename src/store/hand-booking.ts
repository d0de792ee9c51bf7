/** Documents that people entered in Infor: who claims what of them, and the link itself. */
import { sql } from 'kysely';
import type { ClaimQuery, Claims, Fence, HandLink } from '../app/ports.ts';
import type { HeldLine, Posting } from '../core/glossary.ts';
import { handGroup, isFree } from '../core/hand-booking.ts';
import { claimedAlready, unsettled } from '../core/hand-problem.ts';
import { isBinding, isDeletedInInfor, isGivenUp } from '../core/posting-standing.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert } from '../core/problem.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { openPostingFlags, settleFlags } from './flag.ts';
import { updatePostings } from './move.ts';
import { postingsByIds, postingsOfRecords } from './posting.ts';
import { manualLink, posting, postingState } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { markDue } from './source-record.ts';
import { insertRows } from './statement.ts';
import type { HandBookingTable, PostingRow } from './table.ts';

export function claims(session: Session, about: ClaimQuery): Promise<Claims> {
  return claimsIn(session.db, about);
}

async function claimsIn(db: Db, about: ClaimQuery): Promise<Claims> {
  const { number, delivery, shipbobId } = about;
  const found: Claims = { lines: [], by: [], blocked: null };
  const links = await sql<HandBookingTable>`
    select * from hand_booking where kind = ${about.kind}
      and (number = ${number} or number glob ${`${escaped(number)}/*`})`.execute(db);
  for (const row of links.rows) {
    if (delivery !== null && row.number !== `${number}/${delivery}`) continue;
    const { held } = manualLink(row);
    if (held === null && row.shipbob_id !== shipbobId) {
      found.blocked ??= { why: 'unchecked', by: row.shipbob_id };
    }
    found.lines.push(...(held ?? []));
    found.by.push(`${groupWord(about)} ${row.shipbob_id}`);
  }
  const linked = new Set(links.rows.map((row) => row.shipbob_id));
  for (const one of await postingsOn(db, about)) {
    // The posting that remembers a linked order claims nothing beside its link.
    const counted = handGroup(one.kind) === 'order' && linked.has(one.record.id);
    if (!counted) countPosting(one, about, found);
  }
  return found;
}

/** `[`, `*` and `?` mean something in a pattern; each stands for itself in brackets. */
function escaped(text: string): string {
  return text.replace(/[[*?]/g, (sign) => `[${sign}]`);
}

function groupWord({ kind }: ClaimQuery): string {
  const words = { order: 'order', issue: 'shipment', receipt: 'receiving order' };
  return words[handGroup(kind) ?? 'order'];
}

/** Our own postings that Infor may hold under the number. */
async function postingsOn(db: Db, about: ClaimQuery): Promise<Posting[]> {
  const { kind, number, purchaseOrder } = about;
  const condition = {
    salesOrder: sql`reference_number = ${number}`,
    purchaseOrder: sql`reference_number = ${number}`,
    goodsIssue: sql`depends_on in (
      select key from posting where kind = 'salesOrder' and reference_number = ${number})`,
    stockIssue: sql`(reference_number = ${number} or document_json ->> 'remark' = ${number})`,
    goodsReceipt: sql`purchase_order = ${purchaseOrder}`,
  }[kind];
  const answer = await sql<PostingRow>`
    select * from posting where kind = ${kind} and ${condition}`.execute(db);
  return answer.rows.map(posting).filter((one) => isBinding(one) && !isDeletedInInfor(one));
}

function countPosting(one: Posting, about: ClaimQuery, found: Claims): void {
  const { kind, number, delivery, shipbobId } = about;
  const settled = one.state === 'posted';
  switch (kind) {
    case 'salesOrder':
    case 'purchaseOrder':
      if (one.record.id === shipbobId) return;
      if (!one.adopted) found.blocked ??= { why: 'ours', by: one.key };
      break;
    case 'goodsReceipt':
      // In purchase units, and nobody else's: the whole receiving number is ours.
      if (!settled) found.blocked ??= { why: 'doubtful', by: one.key };
      else if (named(one, 'receipts').includes(number) || one.reference?.number === number) {
        found.blocked ??= { why: 'ours', by: one.key };
      }
      return;
    case 'goodsIssue':
      if (settled && delivery !== null && !named(one, 'deliveries').includes(delivery)) return;
      break;
    case 'stockIssue':
      break;
  }
  found.lines.push(...linesOf(one));
  found.by.push(one.key);
}

function named(one: Posting, list: string): string[] {
  const names = one.reference?.detail[list];
  return Array.isArray(names) ? names.map(String) : [];
}

function linesOf({ held, document }: Posting): HeldLine[] {
  if (held !== null && held.length > 0) return held;
  if (!('lines' in document) || document.kind === 'journal') return [];
  return document.lines.map((line) => ({
    line: line.line,
    item: line.item,
    quantity: line.quantity,
    lot: 'lot' in line ? line.lot : null,
  }));
}

export function linkByHand(session: Session, fence: Fence, link: HandLink): Promise<void> {
  assert(link.documents.length > 0, 'a link names a document');
  return engineWrite(session, fence, async (db) => {
    await requireFree(db, link);
    const released = await release(db, fence, link);
    const { kind, shipbobId: shipbob_id, actor, nowMs: linked_at_ms } = link;
    await insertRows(
      db,
      'hand_booking',
      link.documents.map(({ number, share }) => {
        assert(number !== '', 'a link names a document');
        return { kind, shipbob_id, number, held_json: JSON.stringify(share), actor, linked_at_ms };
      }),
    );
    await markDue(db, [link.record]);
    await appendAudit(session, db, [
      ...released,
      ...link.documents.map(({ number, share, checks }) => ({
        atMs: link.nowMs,
        runId: fence.runId,
        actor,
        action: 'linked',
        record: link.record,
        postingKey: null,
        detail: {
          kind,
          shipbobId: shipbob_id,
          number,
          purchaseOrder: checks[0]?.about.purchaseOrder ?? null,
          held: share.map(({ item, lot, quantity }) => ({ item, lot, quantity })),
          acceptedDifferences: link.accepted.length,
        },
        body: { because: link.because, accepted: link.accepted },
      })),
    ]);
  });
}

/** One document must not stand twice, nor beside one of ours that Infor has or may have. */
async function requireFree(db: Db, link: HandLink): Promise<void> {
  const group = handGroup(link.kind);
  const released = new Set(link.release.map(({ postingId }) => postingId));
  const rows = (await postingsOfRecords(db, [link.record])).map(posting);
  const underway = rows.find(
    (one) =>
      handGroup(one.kind) === group &&
      (group !== 'issue' || one.shipmentId === link.shipbobId) &&
      isBinding(one) &&
      !isDeletedInInfor(one) &&
      !(released.has(one.id) && isGivenUp(one)) &&
      (group !== 'receipt' || one.state !== 'posted'),
  );
  if (underway !== undefined) throw unsettled(underway.key);
  for (const { share, checks, number } of link.documents) {
    for (const { about, held } of checks) {
      const claimed = await claimsIn(db, about);
      if (claimed.blocked === null && isFree(share, held, claimed.lines)) continue;
      throw claimedAlready(number, claimed);
    }
  }
}

/**
 * Nothing of these is in Infor any more: the plan that follows adopts or withdraws them. An issue
 * or a receipt that stood for the same goods ends here, with its questions; its key is not used
 * again.
 */
async function release(db: Db, fence: Fence, link: HandLink): Promise<AuditDraft[]> {
  const { nowMs } = link;
  const ids = link.release.map(({ postingId }) => postingId);
  const rows = await postingsByIds(db, ids);
  const ended: PostingRow[] = [];
  const released = link.release.map(({ postingId, expected }) => {
    const row = rows.find(({ id }) => id === postingId);
    const same = row?.state === expected.state && row.attempt === expected.attempt;
    if (row === undefined || !same) throw unsettled(row?.key ?? String(postingId));
    const given = isGivenUp(posting(row));
    const over = given || isDeletedInInfor(posting(row));
    if (row.handed_to_commit === 1 && !over) throw unsettled(row.key);
    const next = { ...row, handle: null, waiting_for: null, updated_at_ms: nowMs };
    if (over && handGroup(link.kind) !== 'order') {
      assertMove(postingState(row.state), 'cancelled');
      ended.push(row);
      return { ...next, state: 'cancelled' };
    }
    return { ...next, state: row.state === 'staged' ? 'pending' : row.state, handed_to_commit: 0 };
  });
  await updatePostings(db, released);
  return endQuestions(db, fence, { link, ended });
}

async function endQuestions(
  db: Db,
  fence: Fence,
  { link, ended }: { link: HandLink; ended: readonly PostingRow[] },
): Promise<AuditDraft[]> {
  const { nowMs, record, actor } = link;
  const open = await openPostingFlags(
    db,
    ended.map(({ id }) => id),
  );
  const wishes = ended.map(({ id, key }) => ({ record, posting: { id, key }, drafts: [] }));
  const { audit } = await settleFlags(db, wishes, open, nowMs);
  const by = { atMs: nowMs, runId: fence.runId, actor, record, body: null };
  const because = 'a person entered it in Infor and linked it';
  return [
    ...ended.map(({ key, state, attempt, handle }) => ({
      ...by,
      action: 'moved',
      postingKey: key,
      detail: { from: state, to: 'cancelled', attempt, handle, because },
    })),
    ...audit.map((told) => ({ ...by, ...told })),
  ];
}
