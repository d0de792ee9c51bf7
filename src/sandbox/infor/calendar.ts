/** Day as yyyyMMdd. The simulated company lives in UTC. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Time as HHmmss. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19).replaceAll(':', '');
}

export function isDay(text: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (!match) return false;
  const [, year, month, day] = match;
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return dayOf(atMs) === text;
}

/** The last day of the month that `day` lies in. */
export function monthEnd(day: string): string {
  return dayOf(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)), 0));
}
