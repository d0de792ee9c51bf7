import type { Problem } from '../core/problem.ts';

/** A problem for people: what happened, the facts, what to do. Ends with a line feed. */
export function problemText(problem: Problem, details: 'short' | 'full'): string {
  const lines = [`mlc: ${problem.message}`];
  for (const [name, value] of Object.entries(problem.evidence)) lines.push(`  ${name}: ${value}`);
  lines.push(`What to do: ${problem.hint}`);
  if (details === 'full') lines.push(`Code: ${problem.code} (${problem.kind})`, ...causes(problem));
  return `${lines.join('\n')}\n`;
}

/** The same for programs: one JSON object in one line. */
export function problemJson(problem: Problem): string {
  const { code, kind, message, hint, evidence } = problem;
  return `${JSON.stringify({ error: { code, kind, message, hint, evidence } })}\n`;
}

function causes(problem: Problem): string[] {
  const lines: string[] = [];
  let cause: unknown = problem.cause ?? (problem.kind === 'defect' ? problem : null);
  // A chain may in principle bite its own tail.
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    lines.push(`Cause: ${cause.stack ?? cause.message}`);
    cause = cause.cause;
  }
  return lines;
}
