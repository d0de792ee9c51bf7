/** Numbers and times in words, the same in every listing. */

/** `12.5`, `USD` → `12.50 USD`; more than two decimals are kept, and no digits are grouped. */
export function moneyText(amount: string, currency: string | null): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const text = `${whole}.${fraction.padEnd(2, '0')}`;
  return currency === null ? text : `${text} ${currency}`;
}

/** `1 d 4 h`, `15 min`, `2.5 s`, `80 ms`: at most two units. */
export function durationText(durationMs: number): string {
  if (durationMs < 0) return `-${durationText(-durationMs)}`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${Number((durationMs / 1000).toFixed(1))} s`;
  const seconds = Math.round(durationMs / 1000);
  const units: [string, number][] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ');
}

/** `1 flag`, `7 flags`; `plural` where an s is not enough. */
export function counted(count: number, one: string, plural = `${one}s`): string {
  return `${count} ${count === 1 ? one : plural}`;
}

/** `3 h ago`, `in 5 min`, `now`; both moments in ms since 1970 UTC. */
export function ageText(atMs: number, nowMs: number): string {
  const passedMs = nowMs - atMs;
  if (Math.abs(passedMs) < 1000) return 'now';
  // Tenths of a second are for durations; nobody needs them of an age.
  const wholeMs = Math.round(Math.abs(passedMs) / 1000) * 1000;
  const [first = ''] = /^\S+ \S+/.exec(durationText(wholeMs)) ?? [];
  return passedMs > 0 ? `${first} ago` : `in ${first}`;
}

/** `2026-11-03 08:15:00Z`; null is a dash. */
export function momentText(atMs: number | null): string {
  if (atMs === null) return '–';
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
