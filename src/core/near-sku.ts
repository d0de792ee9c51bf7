/** Other writings of a SKU, by which people may have meant the same item. */

const nearMax = 6;

/** Without the SKU itself: upper case, without separators, without its last parts. */
export function nearSkus(sku: string): string[] {
  const upper = sku.trim().toUpperCase();
  const plain = upper.replace(/@.*$/, '');
  const parts = plain.split(/[-_ ./]+/).filter((part) => part !== '');
  const shorter = [parts.length - 1, parts.length - 2].flatMap((count) =>
    count >= 1 ? [parts.slice(0, count).join('-')] : [],
  );
  const all = [upper, plain, parts.join('-'), parts.join(''), ...shorter];
  return [...new Set(all)].filter((near) => near !== '' && near !== sku).slice(0, nearMax);
}
