import { type CheckLine, diagnose, tally } from '../../app/doctor.ts';
import { type CheckState, failed } from '../../app/doctor-finding.ts';
import { type ProblemKind, toProblem } from '../../core/problem.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { bareChecks, type DoctorSession, openDoctor } from '../compose-doctor.ts';
import { exitCode, worstExitCode } from '../exit-code.ts';
import type { Output, Tone } from '../output.ts';
import { padded, plainText } from '../text-width.ts';
import { counted } from '../words.ts';

const daysStandard = 7;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const lines = await examine(context, {
    days: options.whole('days', 1) ?? daysStandard,
    calls: options.given('offline') ? 'none' : 'made',
  });
  context.progress.clear();
  const counts = tally(lines);
  const { problems, warnings, unchecked } = counts;
  if (context.output.format === 'json') {
    const checks = lines.map(({ area, name, state, what, means, mend }) => ({
      area,
      name,
      state,
      what: clean(context, what),
      means: clean(context, means),
      mend: clean(context, mend),
    }));
    context.output.json({ ok: problems === 0, ...counts, checks });
  } else {
    print(context, lines);
    context.output.line(
      problems + warnings + unchecked === 0
        ? 'Everything is in order.'
        : `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}, ${unchecked} not checked`,
    );
  }
  return codeOf(lines);
}

async function examine(
  context: CommandContext,
  request: Parameters<typeof openDoctor>[1],
): Promise<CheckLine[]> {
  const parts = {
    clock: context.clock,
    signal: context.stop,
    progress: (step: string) => context.progress.update(step),
  };
  let session: DoctorSession;
  try {
    session = await openDoctor(context, request);
  } catch (thrown) {
    const finding = failed(toProblem(thrown), 'nothing else can be looked at without it');
    const line: CheckLine = { area: 'configuration', name: 'file', ...finding };
    return [...(await diagnose(bareChecks(), parts)), line];
  }
  try {
    return await diagnose(session.checks, parts);
  } finally {
    await session.close();
  }
}

/** By the worst kind of problem; a damaged database is a defect to whoever posts from it. */
function codeOf(lines: readonly CheckLine[]): number {
  const codes = lines.flatMap(({ state, kind }) =>
    state === 'problem' ? [codeOfKind(kind ?? 'configuration')] : [],
  );
  return worstExitCode(codes);
}

function codeOfKind(kind: ProblemKind): number {
  switch (kind) {
    case 'defect':
      return exitCode('failed');
    case 'credentials':
      return exitCode('credentials');
    case 'configuration':
    case 'rejected':
      return exitCode('usage');
    case 'retryable':
    case 'unknown':
      return exitCode('unavailable');
  }
}

/** What the other side said may hold a secret or a control character. */
function clean({ redactor }: CommandContext, text: string): string {
  return redactor.redactText(
    text
      .split('\n')
      .map((line) => plainText(line).trimEnd())
      .join('\n'),
  );
}

const symbols: Record<CheckState, string> = { ok: '✓', warning: '!', problem: '✗', unchecked: '–' };
const words: Record<CheckState, string> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'problem',
  unchecked: 'unchecked',
};
const tones: Record<CheckState, Tone> = {
  ok: 'good',
  warning: 'warning',
  problem: 'bad',
  unchecked: 'muted',
};

function print(context: CommandContext, lines: readonly CheckLine[]): void {
  const { output } = context;
  const marks = usesSymbols(context) ? symbols : words;
  const markWidth = Math.max(...Object.values(marks).map(({ length }) => length));
  const nameWidth = Math.max(0, ...lines.map(({ name }) => name.length));
  const indent = ' '.repeat(2 + markWidth + 1 + nameWidth + 2);
  for (const area of new Set(lines.map((line) => line.area))) {
    output.line(output.paint(area, 'strong'));
    let name = '';
    for (const line of gathered(lines.filter((each) => each.area === area))) {
      const mark = output.paint(padded(marks[line.state], markWidth, 'left'), tones[line.state]);
      const title = padded(line.name === name ? '' : line.name, nameWidth, 'left');
      name = line.name;
      const what = clean(context, line.what).split('\n').join(`\n${indent}`);
      output.line(`  ${mark} ${title}  ${what}`.trimEnd());
      const advice = { means: clean(context, line.means), mend: clean(context, line.mend) };
      printAdvice(output, indent, advice);
    }
    output.line();
  }
}

/** Checks that were left out for one reason are told once. */
function gathered(lines: CheckLine[]): CheckLine[] {
  const shown: CheckLine[] = [];
  const names = new Map<CheckLine, string[]>();
  for (const line of lines) {
    const before = shown.at(-1);
    const alike = before?.state === 'unchecked' && line.state === 'unchecked';
    if (before && alike && before.what === line.what) names.get(before)?.push(line.name);
    else {
      shown.push(line);
      names.set(line, []);
    }
  }
  return shown.map((line) => {
    const others = names.get(line) ?? [];
    return others.length === 0
      ? line
      : { ...line, what: `${line.what}; nor: ${others.join(', ')}` };
  });
}

function printAdvice(
  output: Output,
  indent: string,
  advice: { means: string; mend: string },
): void {
  if (advice.means !== '') output.line(`${indent}means: ${advice.means}`);
  if (advice.mend !== '') output.line(`${indent}mend:  ${advice.mend}`);
}

/** Words where colours are unwanted, and where the marks could not be shown. */
function usesSymbols({ environment }: CommandContext): boolean {
  const { NO_COLOR: none, LC_ALL: all, LC_CTYPE: type, LANG: language } = environment;
  if (none !== undefined && none !== '') return false;
  return /utf-?8/i.test(all || type || language || '');
}
