import type { AuditBreak, AuditProof, NotedHead } from '../../app/ports.ts';
import { readAnchorFile, readExpectedHead } from '../../core/audit-anchor.ts';
import { assert, Problem, unreachable } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openReadOnly, readNamedFile } from '../compose-audit.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { counted, momentText } from '../words.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const expected = options.text('expectHead');
  const file = options.text('fromAnchor');
  const { output, progress } = context;
  const given: Given = { noted: [], otherDatabases: 0, otherLines: 0 };
  const expectedHead = expected === null ? null : readExpectedHead(expected);
  const anchors = file === null ? null : readAnchorFile(readNamedFile(context, file));
  const { store, databasePath, close } = await openReadOnly(context);
  try {
    const databaseId = await store.meta('databaseId');
    const ours = (id: string | null) => id === null || id === databaseId;
    if (expectedHead !== null) {
      if (!ours(expectedHead.databaseId)) throw otherDatabase('--expect-head', databasePath);
      given.noted.push({ ...expectedHead, by: '--expect-head' });
    }
    if (anchors !== null && file !== null) {
      const mine = anchors.anchors.filter((anchor) => ours(anchor.databaseId));
      if (mine.length === 0) throw otherDatabase(file, databasePath);
      given.noted.push(...mine.map((each) => ({ ...each, by: `line ${each.line} of ${file}` })));
      given.otherDatabases = anchors.anchors.length - mine.length;
      given.otherLines = anchors.otherLines;
    }
    const proof = await store.proveAudit({
      noted: given.noted,
      progress(rows, of) {
        context.stop.throwIfAborted();
        progress.update(`row ${rows} of ${of} proved`);
      },
    });
    progress.clear();
    if (output.format === 'json') output.json(proofJson(proof, given));
    else printProof(output, proof, given);
    return exitCode(proof.broken === null ? 'done' : 'failed');
  } finally {
    await close();
  }
}

interface Given {
  noted: NotedHead[];
  otherDatabases: number;
  otherLines: number;
}

/** To pass such a file over in silence would let a replaced database look proved. */
function otherDatabase(where: string, databasePath: string): Problem {
  return new Problem({
    code: 'ANCHOR_ABSENT',
    kind: 'rejected',
    message: `${where} holds no anchor of this database (${databasePath})`,
    hint: 'Give the anchors of this database. If these are, the database was replaced by another one.',
    evidence: { database: databasePath },
  });
}

function proofJson(proof: AuditProof, given: Given) {
  const { broken } = proof;
  return {
    ok: broken === null,
    code: broken === null ? null : 'AUDIT_BROKEN',
    rows: proof.rows,
    head: { ...proof.head },
    bodies: { ...proof.bodies },
    keys: proof.keys,
    headsFound: proof.headsFound,
    anchors: {
      given: given.noted.length,
      otherDatabases: given.otherDatabases,
      otherLines: given.otherLines,
    },
    broken:
      broken === null
        ? null
        : {
            ...broken,
            row: broken.row && {
              ...broken.row,
              record: broken.row.record && { ...broken.row.record },
            },
            lastGood: broken.lastGood && { ...broken.lastGood },
            means: meaning(broken, proof),
          },
  };
}

function printProof(output: Output, proof: AuditProof, given: Given): void {
  const { broken, head, bodies } = proof;
  if (broken === null) {
    output.line(output.paint('The audit trail is as it was written.', 'good'));
  } else {
    output.line(output.paint(`The audit trail is broken at row ${broken.seq}.`, 'bad'));
    output.line(meaning(broken, proof));
  }
  output.line();
  const purged = bodies.purged === 0 ? '' : `, ${bodies.purged} purged`;
  const others = given.otherDatabases === 0 ? '' : `; ${given.otherDatabases} of other databases`;
  output.block([
    ...(broken === null ? [] : rowsOf(broken)),
    ['proved', provedText(proof)],
    ['newest', `${head.seq}:${head.mac}`],
    ['noted heads', `${proof.headsFound} found in it${givenText(given)}${others}`],
    ['requests and answers', `${bodies.kept} kept as they were${purged}`],
    ...(proof.keys > 1 ? [['keys', `${proof.keys}, one after another`] as const] : []),
  ]);
  if (broken === null) return;
  output.line();
  output.line(
    'What to do: keep the database as it is, and find out who changed it: docs/runbook.md.',
  );
}

function givenText({ noted }: Given): string {
  return noted.length === 0 ? ', all of finished runs' : `, ${noted.length} given`;
}

function provedText({ rows, broken }: AuditProof): string {
  if (rows === 0) return 'no row';
  const upTo = broken?.lastGood ? `, up to ${momentText(broken.lastGood.atMs)}` : '';
  return `${counted(rows, 'row')} from the first one on${upTo}`;
}

function rowsOf({ row }: AuditBreak): [string, string][] {
  if (row === null) return [];
  const about = [row.record && `${row.record.kind} ${row.record.id}`, row.postingKey];
  const words = about.filter((each) => each !== null && each !== '').join(', ');
  return [
    ['it says now', `${momentText(row.atMs)}  ${row.action} by ${row.actor}`],
    ...(words === '' ? [] : [['about', words] satisfies [string, string]]),
  ];
}

/** In words what the break shows. */
function meaning(broken: AuditBreak, { head }: AuditProof): string {
  switch (broken.what) {
    case 'changed':
      return 'The row is not as it was written: it, or its MAC, was changed.';
    case 'missing':
      return 'The row is not there, or one was put where none belongs.';
    case 'body':
      return 'The row stands, but what was sent or answered with it was changed.';
    case 'border':
      return 'The key was changed there, and the row does not tell of it.';
    case 'cut':
      assert(broken.notedBy !== null, 'a cut is shown by a head that was noted');
      return `The trail ends at row ${head.seq}, but ${broken.notedBy} noted this row: its end was cut off.`;
    case 'differs':
      return `The row has another MAC than ${broken.notedBy} noted: the trail was written anew since, by somebody who has the key, or this is another copy of the database.`;
    default:
      return unreachable(broken.what);
  }
}
