import { Problem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { type DrillResult, isHit, killGrid, pointCount, runDrill } from '../compose-drill.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';

const killsNormal = 30;
const sentencesMax = 20;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const seed = options.whole('seed') ?? 1;
  const result = await runDrill(context, {
    seed,
    kills: options.whole('kills', 1) ?? killsNormal,
    plant: options.given('plant') ? 'double' : null,
  });
  if (result === null) throw stopped();
  const { output } = context;
  if (output.format === 'json') output.json(answer(seed, result));
  else print(output, seed, result);
  return exitCode(isPassed(result) ? 'done' : 'failed');
}

function isPassed(result: DrillResult): boolean {
  const { doubles, losses, auditBrokenAt, idle } = result.verdict;
  const atRest = idle.exitCode === 0 && Object.keys(idle.posted).length === 0;
  return doubles.length + losses.length === 0 && auditBrokenAt === null && atRest;
}

function answer(seed: number, result: DrillResult) {
  const { points, random, recoveries, verdict, documents, durationMs } = result;
  return {
    passed: isPassed(result),
    seed,
    kills: points.filter(isHit).length + random.made,
    points: points.map((kill) => ({
      point: kill.point,
      kind: kill.aimedAt,
      killed: isHit(kill),
    })),
    random,
    recoveries,
    documents,
    doubles: verdict.doubles,
    losses: verdict.losses,
    auditBrokenAt: verdict.auditBrokenAt,
    durationMs,
  };
}

function print(output: Output, seed: number, result: DrillResult): void {
  const { points, random, recoveries, verdict, documents, durationMs } = result;
  const grid = killGrid(points);
  output.line('Killed (-9) with this in hand, at this point; the next run carried on:');
  output.table(
    [{ title: 'point' }, ...grid.kinds.map((kind) => ({ title: kind, align: 'right' as const }))],
    grid.rows.map(({ point, cells }) => [point, ...cells]),
  );
  const used = new Set(points.filter(isHit).map(({ point }) => point)).size;
  const good = isPassed(result);
  const zero = (list: string[]) => ({
    text: String(list.length),
    tone: list.length === 0 ? ('good' as const) : ('bad' as const),
  });
  output.line();
  output.table(
    [{ title: '' }, { title: '', align: 'right' }, { title: '' }],
    [
      ['points', String(used), `of ${pointCount} that have a name`],
      ['kills at points', String(points.filter(isHit).length), `of ${points.length} aimed`],
      ['kills at random', String(random.made), `${random.progressed} had made progress`],
      ['recoveries', String(recoveries), 'by the next run, without a hand'],
      ['documents', String(documents), 'in Infor, each judged against ShipBob'],
      ['doubles', zero(verdict.doubles), ''],
      ['losses', zero(verdict.losses), ''],
      ['time', `${Math.round(durationMs / 1000)} s`, `again with --seed ${seed}`],
    ],
  );
  output.line();
  for (const sentence of [...verdict.doubles, ...verdict.losses].slice(0, sentencesMax)) {
    output.line(output.paint(sentence, 'bad'));
  }
  if (verdict.auditBrokenAt !== null) {
    output.line(output.paint(`The audit log is broken at row ${verdict.auditBrokenAt}.`, 'bad'));
  }
  output.line(
    good
      ? output.paint('Each movement has its one effect, and nothing is lost.', 'good')
      : output.paint('This must not be. Keep the seed and report it.', 'bad'),
  );
}

function stopped(): Problem {
  return new Problem({
    code: 'STOPPED',
    kind: 'retryable',
    message: 'the drill was stopped before its books could be judged',
    hint: 'Run it again; with --kills for a shorter one.',
  });
}
