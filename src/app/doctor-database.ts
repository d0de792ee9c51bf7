import { toProblem } from '../core/problem.ts';
import { keepsBooks } from '../core/run-verdict.ts';
import type { Check } from './doctor.ts';
import { instant } from './doctor-configuration.ts';
import { type Finding, failed, fine, problem, unchecked, warning } from './doctor-finding.ts';
import type { DatabaseFacts, HeadFile, Machine, RunRecord, Store } from './ports.ts';

const area = 'database';
const mebibyte = 1024 * 1024;
const freeLeastBytes = 200 * mebibyte;
/** The log is folded back every 8 MiB; one that is far larger has a reader that never ends. */
const walMostBytes = 256 * mebibyte;
const doubtMostMs = 3_600_000;

/** Names that other checks build on. */
export const opens = 'opens';
const intact = 'intact';

export interface DatabaseParts {
  path: string;
  /** The folder that the file lies in. */
  folder: string;
  machine: Machine;
  /** Throws Problem where the file cannot be read. */
  examine(): Promise<DatabaseFacts>;
  /** Throws the Problem that kept the store from being opened. */
  store(): Promise<Store>;
  headFile: HeadFile;
  nowMs(): number;
  /** Of the configured streams, and how far behind is too far. */
  streams: string[];
  lagMaxMs: number;
}

export function databaseChecks(parts: DatabaseParts): Check[] {
  let facts: Promise<DatabaseFacts> | null = null;
  const known = () => {
    facts ??= parts.examine();
    return facts;
  };
  return [
    { area, name: 'disk', run: () => disk(parts) },
    { area, name: intact, deadlineMs: 120_000, run: () => integrity(parts, known) },
    { area, name: opens, after: [intact], run: () => openStore(parts, known) },
    { area, name: 'audit trail', after: [opens], run: () => auditTrail(parts, known) },
    { area, name: 'lease', after: [opens], run: async () => [await lease(parts)] },
    { area, name: 'documents', after: [opens], run: () => documents(parts, known) },
    { area, name: 'streams', after: [opens], run: () => streams(parts) },
    { area, name: 'last run', after: [opens], run: async () => [await lastRun(parts)] },
  ];
}

function disk({ folder, machine }: DatabaseParts): Finding[] {
  const found = machine.disk(folder);
  if (found === null) return [unchecked(`the free space of ${folder} cannot be told`)];
  const findings: Finding[] = [];
  if (found.network !== null) {
    findings.push(
      warning({
        what: `${folder} lies on a network drive (${found.network})`,
        means: 'SQLite loses or damages data there when several processes use it',
        mend: 'Move the database to a local disk, and correct database in the configuration.',
      }),
    );
  }
  if (machine.access(folder, 'write') === 'no') {
    findings.push(
      problem({
        what: `${folder} cannot be written by this user`,
        means: 'the database cannot be changed: no run can work',
        mend: 'Give this user write permission on the folder and the files in it.',
      }),
    );
  }
  const free = `${sizeWords(found.freeBytes)} free in ${folder}`;
  if (found.freeBytes < freeLeastBytes) {
    findings.push(
      warning({
        what: free,
        means: 'a run stops when the disk is full; nothing is lost by that',
        mend: 'Free space there, or move the database to a larger disk.',
      }),
    );
  }
  return findings.length > 0 ? findings : [fine(free)];
}

async function integrity(
  parts: DatabaseParts,
  known: () => Promise<DatabaseFacts>,
): Promise<Finding[]> {
  const damaged = (what: string): Finding[] => [
    problem(
      {
        what,
        means: 'nothing may be posted from it any more',
        mend: 'Stop every mlc process, keep a copy of the file with its -wal and -shm, and restore the last backup (docs/runbook.md).',
      },
      'defect',
    ),
  ];
  let facts: DatabaseFacts;
  try {
    facts = await known();
  } catch (thrown) {
    const met = toProblem(thrown);
    return met.code === 'DATABASE_CORRUPT' ? damaged(met.message) : [failed(met)];
  }
  const wal = parts.machine.file(`${parts.path}-wal`)?.bytes ?? 0;
  const what = `${sizeWords(facts.bytes)}, log ${sizeWords(wal)}, SQLite ${facts.sqliteVersion}, no damage`;
  if (wal <= walMostBytes) return [fine(what)];
  return [
    warning({
      what,
      means: 'the log grows because some program reads the database without end',
      mend: 'Look for a backup tool or an mlc process that hangs, and end it.',
    }),
  ];
}

async function openStore(
  parts: DatabaseParts,
  known: () => Promise<DatabaseFacts>,
): Promise<Finding[]> {
  const { applied, known: wanted } = (await known()).migrations;
  await parts.store();
  if (applied > wanted) {
    return [
      warning({
        what: `its shape is version ${applied}, this mlc knows ${wanted}`,
        means: 'a newer mlc works on it too',
        mend: 'Install the same version everywhere.',
      }),
    ];
  }
  const upgraded = applied < wanted ? `upgraded from ${applied} to ${wanted}` : `version ${wanted}`;
  return [fine(`the key fits, the shape is ${upgraded}`)];
}

async function auditTrail(
  parts: DatabaseParts,
  known: () => Promise<DatabaseFacts>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { auditTail } = await known();
  if (auditTail !== null && auditTail.brokenAt !== null) {
    findings.push(
      problem(
        {
          what: `row ${auditTail.brokenAt} of the audit trail was changed or is missing`,
          means: 'somebody, or a fault of the disk, has altered the database by hand',
          mend: 'Keep a copy of the file, look at all of it with mlc audit verify, and follow docs/runbook.md.',
        },
        'defect',
      ),
    );
  }
  findings.push(...(await headCopy(parts)));
  if (findings.length > 0) return findings;
  return [fine(`the newest ${auditTail?.rows ?? 0} rows are as they were written`)];
}

/** The copy beside the database tells a restored one: see restore.ts. */
async function headCopy({ headFile, store }: DatabaseParts): Promise<Finding[]> {
  const copy = await headFile.read();
  const runs = await (await store()).runs(1);
  if (copy === null) {
    if (runs.every(({ endedAtMs }) => endedAtMs === null)) return [];
    return [
      warning({
        what: 'the file .head beside the database is missing',
        means:
          'the next run takes the database for a restored one and looks every open document up',
        mend: 'After a restore: docs/runbook.md, The database was restored. Else nothing needs doing; it is written again.',
      }),
    ];
  }
  const same = (await (await store()).meta('databaseId')) === copy.databaseId;
  const mac = await (await store()).auditMacAt(copy.seq);
  if (same && mac === copy.mac) return [];
  return [
    warning({
      what: `the database is older than the file .head beside it, or another one (row ${copy.seq})`,
      means:
        'it was restored: the next run looks every open document up before it posts. It cannot find what was entered by hand and linked after the backup',
      mend: 'If you restored it, say again what people said since (docs/runbook.md, The database was restored), then run mlc sync. If not, find out who replaced it.',
    }),
  ];
}

async function lease(parts: DatabaseParts): Promise<Finding> {
  const nowMs = parts.nowMs();
  const { lease: held, lastRun: run } = await (await parts.store()).status(nowMs);
  if (held === null) return fine('free: no run is on');
  const since = run !== null && run.endedAtMs === null ? run.startedAtMs : null;
  const how = since === null ? '' : ` for ${minutes(nowMs - since)}`;
  const what = `held by ${held.owner}${how}`;
  const longMs = 6 * 3_600_000;
  if (since === null || nowMs - since < longMs) return fine(what);
  return warning({
    what,
    means: 'that run takes unusually long; no other can start',
    mend: 'Look at its log. It may be stopped at any time (SIGTERM): the next run carries on.',
  });
}

async function documents(
  parts: DatabaseParts,
  known: () => Promise<DatabaseFacts>,
): Promise<Finding[]> {
  const standing = await standingOf(parts);
  if ((await known()).countsWrong === 0) return [standing];
  const wrong = warning({
    what: 'the counts of finished documents differ from the documents',
    means: 'mlc status shows wrong numbers; somebody, or a fault of the disk, altered the database',
    mend: 'Keep a copy of the file, look at all of it with mlc audit verify, and follow docs/runbook.md.',
  });
  return [wrong, standing];
}

async function standingOf(parts: DatabaseParts): Promise<Finding> {
  const nowMs = parts.nowMs();
  const report = await (await parts.store()).status(nowMs);
  const count = (states: string[]) =>
    report.postings
      .filter(({ state }) => states.includes(state))
      .reduce((sum, group) => sum + group.count, 0);
  const doubtful = count(['unknown', 'committing']);
  const flags = report.openFlags.reduce((sum, group) => sum + group.count, 0);
  const rest = `${count(['posted'])} posted, ${count(['pending', 'staged'])} waiting, ${flags} open flags`;
  if (doubtful === 0) return fine(rest);
  const since = report.doubtfulSinceMs;
  const age = since === null ? '' : `, the oldest for ${minutes(nowMs - since)}`;
  const what = `${doubtful} in doubt${age}; ${rest}`;
  if (since === null || nowMs - since < doubtMostMs) return fine(what);
  return warning({
    what,
    means: 'Infor has not said clearly whether they took effect; none is sent again before it has',
    mend: 'Run mlc sync; mlc status shows whether they get fewer. Infor may have a stopped batch job.',
  });
}

async function streams(parts: DatabaseParts): Promise<Finding[]> {
  const nowMs = parts.nowMs();
  const store = await parts.store();
  const behind: { stream: string; lagMs: number }[] = [];
  const unread: string[] = [];
  for (const stream of parts.streams) {
    const sweptToMs = await store.checkpoint(stream);
    if (sweptToMs === null) unread.push(stream);
    else behind.push({ stream, lagMs: nowMs - sweptToMs });
  }
  if (behind.length === 0) return [fine('ShipBob has not been read yet')];
  const late = behind.filter(({ lagMs }) => lagMs > parts.lagMaxMs);
  const words = (list: typeof behind) =>
    list.map(({ stream, lagMs }) => `${stream} ${minutes(lagMs)}`).join(', ');
  const findings: Finding[] = [];
  if (late.length > 0) {
    findings.push(
      warning({
        what: `behind: ${words(late)}`,
        means: 'what happened since has not reached Infor',
        mend: 'Run mlc sync, and see that it is run on a schedule.',
      }),
    );
  }
  if (unread.length > 0) {
    findings.push(
      warning({
        what: `never read: ${unread.join(', ')}`,
        means: 'these records are not known yet',
        mend: 'Run mlc sync and look at the trouble it names.',
      }),
    );
  }
  return findings.length > 0 ? findings : [fine(`read up to: ${words(behind)} ago`)];
}

async function lastRun(parts: DatabaseParts): Promise<Finding> {
  const runs = await (await parts.store()).runsPerCommand(5);
  const run = runs.find((one) => one.endedAtMs !== null && keepsBooks(one));
  if (run === undefined) return fine('there was none yet');
  return judgeRun(run);
}

function judgeRun(run: RunRecord): Finding {
  const when = run.endedAtMs === null ? '' : instant(run.endedAtMs);
  const what = `${run.command} ended ${when} with exit code ${run.exitCode ?? '–'}: ${run.outcome ?? ''}`;
  // 3: flags were raised; 4: work remains; 75: another was on. None of them is a fault of ours.
  if ([0, 3, 4, 75].includes(run.exitCode ?? -1)) return fine(what);
  return warning({
    what,
    means: 'unless something was mended since, the next run ends the same',
    mend: 'See docs/runbook.md for that code, mend what it names, and run mlc sync.',
  });
}

function sizeWords(bytes: number): string {
  if (bytes < mebibyte) return `${Math.ceil(bytes / 1024)} KiB`;
  const gibibyte = 1024 * mebibyte;
  if (bytes < gibibyte) return `${Math.round(bytes / mebibyte)} MiB`;
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}

function minutes(durationMs: number): string {
  const whole = Math.max(0, Math.round(durationMs / 60_000));
  if (whole < 120) return `${whole} min`;
  return whole < 48 * 60 ? `${Math.round(whole / 60)} h` : `${Math.round(whole / 1440)} d`;
}
