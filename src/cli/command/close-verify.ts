import { resolve } from 'node:path';
import type { JsonObject } from '../../core/glossary.ts';
import { trail, type VerifiedPack, verifyPack } from '../close/verify.ts';
import type { CommandContext } from '../command-spec.ts';
import { openReadOnly } from '../compose-audit.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { plainText } from '../text-width.ts';
import { counted, momentText } from '../words.ts';

/** Nothing is written: a pack can be proved on a copy of the database. */
export async function checkPack(context: CommandContext, path: string): Promise<number> {
  const { output, progress } = context;
  const folder = resolve(context.cwd, path);
  const { store, close } = await openReadOnly(context);
  try {
    const verified = await verifyPack({
      folder,
      store,
      progress(rows, of) {
        context.stop.throwIfAborted();
        progress.update(`row ${rows} of ${of} of the trail proved`);
      },
    });
    progress.clear();
    if (output.format === 'json') output.json(verifiedJson(folder, verified));
    else print(output, folder, verified);
    return exitCode(verified.faults.length === 0 ? 'done' : 'failed');
  } finally {
    await close();
  }
}

function print(output: Output, folder: string, verified: VerifiedPack): void {
  const { manifest, manifestSha256, files, faults, act, later, proof } = verified;
  const { from, to, timeZone } = manifest.period;
  if (faults.length === 0) {
    output.line(output.paint('The pack is as it was written.', 'good'));
  } else {
    output.line(output.paint(`${headline(verified)}: ${counted(faults.length, 'fault')}.`, 'bad'));
    for (const { where, what } of faults) output.line(`  ${plainText(`${where} ${what}`)}`);
  }
  for (const { seq, atMs, actor, detail } of later) {
    const made = `${momentText(atMs)} by ${plainText(actor)}`;
    output.line(`A later pack of this month is bound by row ${seq}, ${made}: ${detail.verdict}.`);
  }
  output.line();
  output.block([
    ['pack', folder],
    ['period', `${from} to ${to}, ${timeZone}, company ${manifest.company}`],
    ['verdict', manifest.verdict],
    ['made', `${momentText(manifest.madeAtMs)} by ${manifest.madeBy}`],
    ['files', String(files)],
    ['made at head', `${manifest.audit.seq}:${manifest.audit.head}`],
    ['manifest', manifestSha256],
    [
      'bound by',
      act === null ? 'no row' : `row ${act.seq}, ${momentText(act.atMs)} by ${act.actor}`,
    ],
    ['audit trail', `${counted(proof.rows, 'row')} proved`],
  ]);
}

/** The folder may be sound where only this database cannot say so. */
function headline({ faults }: VerifiedPack): string {
  return faults.every(({ where }) => where === trail)
    ? 'The files fit each other, and the audit trail does not prove them'
    : 'The pack is not as it was written';
}

function verifiedJson(folder: string, verified: VerifiedPack): JsonObject {
  const { manifest, manifestSha256, files, faults, act, later, proof } = verified;
  return {
    ok: faults.length === 0,
    folder,
    period: { ...manifest.period },
    verdict: manifest.verdict,
    madeAtMs: manifest.madeAtMs,
    files,
    faults: faults.map((fault) => ({ ...fault })),
    manifestSha256,
    boundBySeq: act?.seq ?? null,
    laterSeqs: later.map(({ seq }) => seq),
    rows: proof.rows,
  };
}
