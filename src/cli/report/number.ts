/** Exact decimals as people read them: grouped, with a real minus, no digit lost. */

/** `-1234.5` → `−1,234.5`. */
export function grouped(decimal: string): string {
  const { sign, whole, fraction } = partsOf(decimal);
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${digits}${fraction === '' ? '' : `.${fraction}`}`;
}

/** With two decimals at least: `1234.5` → `1,234.50`. */
export function groupedMoney(decimal: string): string {
  const { fraction } = partsOf(decimal);
  const [whole = ''] = decimal.split('.');
  return grouped(`${whole}.${fraction.padEnd(2, '0')}`);
}

/** `+3` and `−3`; zero has no sign. */
export function signed(decimal: string): string {
  return decimal === '0' || decimal.startsWith('-') ? grouped(decimal) : `+${grouped(decimal)}`;
}

/** `1 finding`, `5,000 rows`. */
export function countedGrouped(count: number, one: string, plural = `${one}s`): string {
  return `${grouped(String(count))} ${count === 1 ? one : plural}`;
}

function partsOf(decimal: string): { sign: string; whole: string; fraction: string } {
  const sign = decimal.startsWith('-') ? '−' : '';
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  return { sign, whole, fraction };
}
