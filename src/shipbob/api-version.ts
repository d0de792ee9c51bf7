/**
 * ShipBob serves each dated version for 24 months and brings one out every January and July
 * (reference: shipbob-api §1). The support of `2026-07` ends with 2028-07-31.
 */
const supportMonths = 24;

/** The end of support of a dated version such as `2026-07`; null for another name. */
export function supportEndsAtMs(version: string): number | null {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(version) ?? [];
  if (year === undefined || month === undefined) return null;
  // Day 0 of the month after is the last day; support lasts until that day is over.
  return Date.UTC(Number(year), Number(month) + supportMonths, 1);
}
