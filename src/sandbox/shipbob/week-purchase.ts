/** A purchase order as the merchant's buyers entered it in the ERP. */
export interface PurchaseOrder {
  number: string;
  supplier: string;
  centreId: number;
  lines: { sku: string; quantity: number }[];
}

/** Ids and numbers of a later week are so much higher than those of the one before. */
export const WEEK_STEP = 100;

const PURCHASE_ORDERS: PurchaseOrder[] = [
  order('4500011', 'SB0002', 8, [
    ['MUG-WHITE-350', 120],
    ['MUG-BLUE-350', 80],
    ['SPOON-OAK', 60],
  ]),
  order('4500012', 'SB0001', 10, [
    ['COF-HOUSE-250', 200],
    ['FILTER-V60-100', 50],
  ]),
  order('4500013', 'SB0002', 8, [['GRINDER-HAND', 50]]),
  order('4500014', 'SB0002', 8, [['FRENCHPRESS-1L', 60]]),
  order('4500015', 'SB0002', 10, [
    ['KETTLE-GOOSE-1L', 30],
    ['KETTLE-GOOSE-1L', 20],
  ]),
  order('4500016', 'SB0003', 8, [
    ['APRON-CANVAS', 40],
    ['TRAY-ACACIA', 30],
  ]),
  order('4500017', 'SB0003', 8, [['TOWEL-LINEN-2', 25]]),
  order('4500018', 'SB0001', 8, [['COF-DARK-250', 150]]),
  order('4500019', 'SB0001', 10, [['CHOC-DARK-70', 100]]),
  order('4500020', 'SB0003', 8, [['CANISTER-AIR', 30]]),
  order('4500021', 'SB0002', 8, [['MUG-WHITE-350', 60]]),
];

function order(
  number: string,
  supplier: string,
  centreId: number,
  lines: [sku: string, quantity: number][],
): PurchaseOrder {
  const rows = lines.map(([sku, quantity]) => ({ sku, quantity }));
  return { number, supplier, centreId, lines: rows };
}

/** What the buyers ordered for so many weeks; every week has orders of its own. */
export function purchaseOrders(weeks: number): PurchaseOrder[] {
  return Array.from({ length: weeks }, (_, week) => week).flatMap((week) =>
    PURCHASE_ORDERS.map((each) => ({ ...each, number: numberInWeek(each.number, week) })),
  );
}

/** `4500012-2` of the next week is `4500112-2`; what is no such number stays as it is. */
export function numberInWeek(number: string, week: number): string {
  return number.replace(/^\d+/, (digits) => String(Number(digits) + week * WEEK_STEP));
}
