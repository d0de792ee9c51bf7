import { Problem } from '../../core/problem.ts';

/**
 * A moment given on the command line: `2026-11-01`, `2026-11-01T06:00:00Z`, or a span back from now
 * such as `36h` or `7d`. A time without a zone is refused, because nobody can tell which is meant.
 */
export function readMoment(text: string, option: string, nowMs: number): number {
  const span = /^(\d{1,5})([mhd])$/.exec(text);
  if (span) {
    const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[span[2] ?? 'd'] ?? 86_400_000;
    return nowMs - Number(span[1]) * unit;
  }
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const atMs = /(Z|[+-]\d{2}:?\d{2})$/.test(day) ? Date.parse(day) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new Problem({
    code: 'USAGE',
    kind: 'configuration',
    message: `--${option} needs a time with its zone, not ${JSON.stringify(text)}`,
    hint: 'Write 2026-11-01T00:00:00Z, a day such as 2026-11-01 (in UTC), or a span back from now: 90m, 36h, 7d.',
  });
}
