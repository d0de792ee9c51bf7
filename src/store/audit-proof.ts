/**
 * The proof of the audit trail that people ask for: like `audit-verify.ts`, whose walk it is, but
 * telling what is wrong with the first broken row, and checking heads that were noted elsewhere.
 */
import { sql } from 'kysely';
import type { AuditBreak, AuditHead, AuditProof, NotedHead, ProofRequest } from '../app/ports.ts';
import { auditOrigin } from '../core/audit-chain.ts';
import { auditHead } from './audit.ts';
import { assertKeyCurrent } from './audit-key.ts';
import {
  auditRowsAfter,
  type Epoch,
  firstBrokenBody,
  firstBrokenBorder,
  keyEpochs,
  type OpenRetiredKey,
  type VerifyRow,
  verifyRows,
} from './audit-verify.ts';
import type { Db } from './database.ts';
import { recordKind } from './schema.ts';
import type { Session } from './session.ts';

export async function proveAudit(
  session: Session,
  open: OpenRetiredKey | null,
  request: ProofRequest,
): Promise<AuditProof> {
  const { db } = session;
  await assertKeyCurrent(session, db);
  // The head before the keys: a rotation that comes between has all rows up to here behind it.
  const head = await auditHead(session);
  const epochs = await keyEpochs(session, open);
  const walked = await walk({ db, epochs, head, progress: request.progress });
  const proof = { head, bodies: walked.bodies, keys: epochs.length };
  const row = walked.broken ?? (await missingBorder(epochs, walked.position.seq));
  const { lost, kept } = await lookUp(db, [...(await headsOfRuns(db)), ...request.noted]);
  const headsFound = kept.length;
  // A cut or a rewriting is named by whichever shows first along the chain.
  const broken = row !== null && (lost === null || row.seq <= lost.seq) ? row : lost;
  if (broken === null) return { ...proof, rows: walked.position.seq, headsFound, broken: null };
  const upTo = Math.min(walked.position.seq, broken.seq - 1);
  // A chain that was written anew is sound in itself: what is proved is what somebody else noted.
  const before = kept.findLast((seq) => seq <= upTo) ?? 0;
  const lastGoodSeq = broken.what === 'differs' ? before : Math.max(0, upTo);
  return {
    ...proof,
    rows: lastGoodSeq,
    headsFound,
    broken: await described(db, broken, lastGoodSeq),
  };
}

type Found = Pick<AuditBreak, 'seq' | 'what' | 'notedBy'>;

interface Walk {
  db: Db;
  epochs: readonly Epoch[];
  head: AuditHead;
  progress: ProofRequest['progress'];
}

async function walk({ db, epochs, head, progress }: Walk): Promise<{
  position: AuditHead;
  bodies: AuditProof['bodies'];
  broken: Found | null;
}> {
  const bodies = { kept: 0, purged: 0 };
  let position: AuditHead = { seq: 0, mac: auditOrigin };
  const before = await seqBelowOne(db);
  if (before !== null) {
    return { position, bodies, broken: { seq: before, what: 'missing', notedBy: null } };
  }
  while (position.seq < head.seq) {
    const rows = await auditRowsAfter(db, position.seq, head.seq);
    const result = verifyRows(epochs, position, rows);
    position = result.position;
    const proved = rows.filter(({ seq }) => seq <= position.seq);
    const broken = firstOf([
      chainBreak(rows, rows.length === 0 ? position.seq + 1 : result.brokenAt),
      at(firstBrokenBody(rows), 'body'),
      at(firstBrokenBorder(bordersOf(epochs), proved), 'border'),
    ]);
    for (const row of proved) {
      if (row.body !== null) bodies.kept += 1;
      else if (row.body_hash !== null) bodies.purged += 1;
    }
    progress(position.seq, head.seq);
    if (broken !== null) return { position, bodies, broken };
  }
  return { position, bodies, broken: null };
}

function at(seq: number | null, what: AuditBreak['what']): Found | null {
  return seq === null ? null : { seq, what, notedBy: null };
}

function chainBreak(rows: readonly VerifyRow[], seq: number | null): Found | null {
  return at(seq, rows.some((row) => row.seq === seq) ? 'changed' : 'missing');
}

function firstOf(found: readonly (Found | null)[]): Found | null {
  const there = found.filter((each) => each !== null);
  return there.sort((left, right) => left.seq - right.seq)[0] ?? null;
}

function bordersOf(epochs: readonly Epoch[]): Map<number, string> {
  return new Map(epochs.map(({ toSeq, fingerprint }) => [toSeq + 1, fingerprint]));
}

// A walk that starts at row 1 would not see it.
async function seqBelowOne(db: Db): Promise<number | null> {
  const row = await db
    .selectFrom('audit')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('seq', '<', 1)
    .executeTakeFirst();
  return row?.seq ?? null;
}

/** A rotation is followed by the row that tells of it. */
async function missingBorder(epochs: readonly Epoch[], seq: number): Promise<Found | null> {
  const lastBorder = epochs.at(-2)?.toSeq ?? -1;
  return seq <= lastBorder ? at(seq + 1, 'missing') : null;
}

// A chain whose tail was cut, or that was written anew with the key, is intact in itself; only what
// was noted elsewhere can tell.
async function headsOfRuns(db: Db): Promise<NotedHead[]> {
  const rows = await db
    .selectFrom('run')
    .select(['id', 'audit_seq', 'audit_head'])
    .where('audit_seq', 'is not', null)
    .orderBy('audit_seq')
    .execute();
  return rows.flatMap(({ id, audit_seq, audit_head }) =>
    audit_seq === null || audit_head === null
      ? []
      : [{ seq: audit_seq, mac: audit_head, by: `run ${id}` }],
  );
}

/** The first noted head that is not in the trail, and the rows of those that are, in order. */
async function lookUp(
  db: Db,
  noted: readonly NotedHead[],
): Promise<{ lost: Found | null; kept: number[] }> {
  const list = JSON.stringify(noted.map(({ seq, mac }, index) => [index, seq, mac]));
  const answer = await sql<{ place: number; seq: number; mac: string | null; kept: number }>`
    with noted as (
      select value ->> 0 as place, value ->> 1 as seq, value ->> 2 as mac from json_each(${list})
    )
    select noted.place, noted.seq, audit.mac, audit.mac is noted.mac as kept
    from noted left join audit on audit.seq = noted.seq
    order by noted.seq, noted.place`.execute(db);
  const kept = answer.rows.filter((row) => row.kept === 1).map(({ seq }) => seq);
  const row = answer.rows.find((each) => each.kept === 0);
  if (row === undefined) return { lost: null, kept };
  const what = row.mac === null ? 'cut' : 'differs';
  return { lost: { seq: row.seq, what, notedBy: noted[row.place]?.by ?? null }, kept };
}

async function described(db: Db, found: Found, lastGoodSeq: number): Promise<AuditBreak> {
  const read = (seq: number) =>
    db.selectFrom('audit').selectAll().where('seq', '=', seq).executeTakeFirst();
  const row = await read(found.seq);
  const good = await read(lastGoodSeq);
  return {
    ...found,
    row: row
      ? {
          atMs: row.at_ms,
          actor: row.actor,
          action: row.action,
          record:
            row.record_kind === null || row.record_id === null
              ? null
              : { kind: recordKind(row.record_kind), id: row.record_id },
          postingKey: row.posting_key,
        }
      : null,
    lastGood: good ? { seq: good.seq, atMs: good.at_ms } : null,
  };
}
