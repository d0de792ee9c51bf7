import type { ShipbobAction, ShipbobEvent, WroInput } from './seed.ts';
import { type Article, PACK_SKU, UNKNOWN_SKUS } from './week-catalogue.ts';
import { numberInWeek, WEEK_STEP } from './week-purchase.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_HOURS = 168;

/** The receiving orders of the week by what they are there to show. */
export const RECEIVING_STORY = {
  inSteps: 443001,
  lots: 443002,
  secondDelivery: 443003,
  short: 443004,
  over: 443005,
  twoLinesOneItem: 443006,
  withoutPurchaseOrder: 443007,
  internalTransfer: 443008,
  split: 443009,
  splitOff: 443016,
  cancelled: 443010,
  unknownPurchaseOrder: 443011,
  awaiting: 443012,
  unfinished: 443013,
  unknownItem: 443014,
  pack: 443015,
} as const;

type Item = [sku: string, quantity: number, lot?: string];
type Step = [hour: number, boxNumber: number, sku: string, quantity: number, lot?: string];

interface Plan {
  id: number;
  number: string | null;
  centreId: number;
  boxes: Item[][];
  createdHour: number;
  arrivedHour?: number;
  steps?: Step[];
  completedHour?: number;
}

const S = RECEIVING_STORY;
const PLANS: Plan[] = [
  {
    id: S.inSteps,
    number: '4500011',
    centreId: 8,
    boxes: [
      [['MUG-WHITE-350', 120]],
      [
        ['MUG-BLUE-350', 80],
        ['SPOON-OAK', 60],
      ],
    ],
    createdHour: 1,
    arrivedHour: 10,
    steps: [
      [14, 1, 'MUG-WHITE-350', 40],
      [18, 1, 'MUG-WHITE-350', 40],
      [22, 2, 'MUG-BLUE-350', 80],
      [30, 1, 'MUG-WHITE-350', 40],
      [34, 2, 'SPOON-OAK', 60],
    ],
    completedHour: 40,
  },
  {
    id: S.lots,
    number: '4500012',
    centreId: 10,
    boxes: [
      [
        ['COF-HOUSE-250', 60, 'H2611A'],
        ['COF-HOUSE-250', 40, 'H2611B'],
      ],
      [['FILTER-V60-100', 50]],
    ],
    createdHour: 2,
    arrivedHour: 12,
    steps: [
      [16, 1, 'COF-HOUSE-250', 25, 'H2611A'],
      [20, 1, 'COF-HOUSE-250', 35, 'H2611A'],
      [26, 1, 'COF-HOUSE-250', 15, 'H2611B'],
      [38, 1, 'COF-HOUSE-250', 25, 'H2611B'],
      [40, 2, 'FILTER-V60-100', 50],
    ],
    completedHour: 44,
  },
  {
    id: S.secondDelivery,
    number: '4500012-2',
    centreId: 10,
    boxes: [[['COF-HOUSE-250', 100, 'H2611C']]],
    createdHour: 60,
    arrivedHour: 90,
    steps: [
      [94, 1, 'COF-HOUSE-250', 70, 'H2611C'],
      [100, 1, 'COF-HOUSE-250', 30, 'H2611C'],
    ],
    completedHour: 104,
  },
  {
    id: S.short,
    number: '4500013',
    centreId: 8,
    boxes: [[['GRINDER-HAND', 50]]],
    createdHour: 3,
    arrivedHour: 30,
    steps: [
      [34, 1, 'GRINDER-HAND', 30],
      [37, 1, 'GRINDER-HAND', 12],
    ],
    completedHour: 60,
  },
  {
    id: S.over,
    number: '4500014',
    centreId: 8,
    boxes: [[['FRENCHPRESS-1L', 60]]],
    createdHour: 5,
    arrivedHour: 50,
    steps: [
      [54, 1, 'FRENCHPRESS-1L', 40],
      [58, 1, 'FRENCHPRESS-1L', 24],
    ],
    completedHour: 62,
  },
  {
    id: S.twoLinesOneItem,
    number: '4500015',
    centreId: 10,
    boxes: [[['KETTLE-GOOSE-1L', 50]]],
    createdHour: 6,
    arrivedHour: 70,
    steps: [
      [74, 1, 'KETTLE-GOOSE-1L', 20],
      [80, 1, 'KETTLE-GOOSE-1L', 30],
    ],
    completedHour: 84,
  },
  {
    id: S.withoutPurchaseOrder,
    number: null,
    centreId: 8,
    boxes: [[['TOWEL-LINEN-2', 40]]],
    createdHour: 20,
    arrivedHour: 64,
    steps: [[68, 1, 'TOWEL-LINEN-2', 40]],
    completedHour: 72,
  },
  {
    id: S.split,
    number: '4500016',
    centreId: 8,
    boxes: [[['APRON-CANVAS', 40]], [['TRAY-ACACIA', 30]]],
    createdHour: 8,
    arrivedHour: 48,
    steps: [[56, 1, 'APRON-CANVAS', 40]],
    completedHour: 66,
  },
  {
    id: S.cancelled,
    number: '4500017',
    centreId: 8,
    boxes: [[['TOWEL-LINEN-2', 25]]],
    createdHour: 9,
  },
  {
    id: S.unknownPurchaseOrder,
    number: '4599999',
    centreId: 10,
    boxes: [[['SCALE-BREW', 20]]],
    createdHour: 12,
    arrivedHour: 76,
    steps: [[82, 1, 'SCALE-BREW', 20]],
    completedHour: 88,
  },
  {
    id: S.awaiting,
    number: '4500018',
    centreId: 8,
    boxes: [[['COF-DARK-250', 150, 'D2611A']]],
    createdHour: 120,
  },
  {
    id: S.unfinished,
    number: '4500019',
    centreId: 10,
    boxes: [
      [
        ['CHOC-DARK-70', 60, 'C2611A'],
        ['CHOC-DARK-70', 40, 'C2611B'],
      ],
    ],
    createdHour: 80,
    arrivedHour: 130,
    steps: [
      [136, 1, 'CHOC-DARK-70', 30, 'C2611A'],
      [150, 1, 'CHOC-DARK-70', 15, 'C2611B'],
    ],
  },
  {
    id: S.unknownItem,
    number: '4500020',
    centreId: 8,
    boxes: [
      [
        ['CANISTER-AIR', 30],
        [UNKNOWN_SKUS[0], 12],
      ],
    ],
    createdHour: 14,
    arrivedHour: 86,
    steps: [
      [90, 1, 'CANISTER-AIR', 30],
      [92, 1, UNKNOWN_SKUS[0], 12],
    ],
    completedHour: 98,
  },
  {
    id: S.pack,
    number: '4500021',
    centreId: 8,
    boxes: [[[PACK_SKU, 10]]],
    createdHour: 16,
    arrivedHour: 96,
    steps: [
      [102, 1, PACK_SKU, 4],
      [108, 1, PACK_SKU, 6],
    ],
    completedHour: 112,
  },
];

interface Inbound {
  events: ShipbobEvent[];
  completions: { wroId: number; centreId: number; atMs: number }[];
}

/** Everything that happens to the receiving orders of so many weeks, and when each is complete. */
export function weekReceiving(
  range: readonly Article[],
  startAtMs: number,
  weeks: number,
): Inbound {
  const inventoryIds = new Map(range.map((article) => [article.sku, article.inventoryId]));
  const idOf = (sku: string) => inventoryIds.get(sku) ?? 0;
  const each = Array.from({ length: weeks }, (_, week) =>
    receivingOf({ week, idOf, startAtMs: startAtMs + week * WEEK_HOURS * HOUR_MS }),
  );
  return {
    events: each.flatMap(({ events }) => events),
    completions: each.flatMap(({ completions }) => completions),
  };
}

function receivingOf(settings: {
  week: number;
  startAtMs: number;
  idOf: (sku: string) => number;
}): Inbound {
  const { week, startAtMs, idOf } = settings;
  const step = week * WEEK_STEP;
  const plans = PLANS.map((plan) => ({
    ...plan,
    id: plan.id + step,
    number: plan.number === null ? null : numberInWeek(plan.number, week),
  }));
  const at = (hour: number) => startAtMs + hour * HOUR_MS;
  const events: ShipbobEvent[] = [];
  const add = (hour: number, action: ShipbobAction) => events.push({ atMs: at(hour), action });
  for (const plan of plans) {
    add(plan.createdHour, { kind: 'createReceiving', wro: wroInput(plan, idOf, startAtMs) });
    if (plan.arrivedHour !== undefined) addArrival(plan, plan.arrivedHour, add);
    for (const [hour, boxNumber, sku, quantity, lot] of plan.steps ?? []) {
      const place = { wroId: plan.id, boxNumber, inventoryId: idOf(sku) };
      add(hour, { kind: 'stow', ...place, ...(lot ? { lot } : {}), quantity });
    }
    if (plan.completedHour !== undefined) {
      add(plan.completedHour, { kind: 'completeReceiving', wroId: plan.id });
    }
  }
  addSplit(add, idOf, step);
  addTransfer(add, idOf, { startAtMs, step });
  add(30, { kind: 'cancelReceiving', wroId: S.cancelled + step });
  const completions = plans.flatMap((plan) =>
    plan.completedHour === undefined
      ? []
      : [{ wroId: plan.id, centreId: plan.centreId, atMs: at(plan.completedHour) }],
  );
  return { events, completions };
}

type Add = (hour: number, action: ShipbobAction) => void;

function wroInput(plan: Plan, idOf: (sku: string) => number, startAtMs: number): WroInput {
  const midnightMs = Math.floor(startAtMs / DAY_MS) * DAY_MS;
  return {
    id: plan.id,
    centreId: plan.centreId,
    purchaseOrderNumber: plan.number,
    packageType: 'Pallet',
    expectedAtMs: startAtMs + ((plan.arrivedHour ?? 200) + 6) * HOUR_MS,
    boxes: plan.boxes.map((items, index) => ({
      trackingNumber: `1Z999AA1${plan.id}${index}`,
      items: items.map(([sku, quantity, lot], place) => ({
        inventoryId: idOf(sku),
        quantity,
        ...(lot ? { lot, expiresAtMs: midnightMs + (500 + place * 30) * DAY_MS } : {}),
      })),
    })),
  };
}

/** Two boxes come one after the other, so that `PartiallyArrived` is seen. */
function addArrival(plan: Plan, hour: number, add: Add): void {
  if (plan.boxes.length > 1) {
    add(hour - 1, { kind: 'arriveReceiving', wroId: plan.id, boxNumber: 1 });
  }
  add(hour, { kind: 'arriveReceiving', wroId: plan.id });
}

/** Staff move the second box to a new order without a link to the first (section 7.4). */
function addSplit(add: Add, idOf: (sku: string) => number, step: number): void {
  const newId = S.splitOff + step;
  const split = { wroId: S.split + step, boxNumber: 2, newId, keepNumber: true };
  add(52, { kind: 'splitReceiving', ...split });
  const place = { wroId: newId, boxNumber: 1, inventoryId: idOf('TRAY-ACACIA') };
  add(70, { kind: 'stow', ...place, quantity: 18 });
  add(75, { kind: 'stow', ...place, quantity: 12 });
  add(78, { kind: 'completeReceiving', wroId: newId });
}

function addTransfer(
  add: Add,
  idOf: (sku: string) => number,
  place: { startAtMs: number; step: number },
): void {
  const { startAtMs, step } = place;
  const wroId = S.internalTransfer + step;
  add(4, {
    kind: 'createReceiving',
    wro: {
      id: wroId,
      centreId: 10,
      purchaseOrderNumber: 'TR-0001',
      expectedAtMs: startAtMs + 40 * HOUR_MS,
      boxes: [
        {
          trackingNumber: 'TR0001',
          items: [{ inventoryId: idOf('MUG-TRAVEL-400'), quantity: 60 }],
        },
      ],
    },
  });
  add(24, { kind: 'moveReceiving', wroId, status: 'ArrivedAtHub' });
  add(32, { kind: 'moveReceiving', wroId, status: 'ProcessingAtHub' });
  add(46, { kind: 'moveReceiving', wroId, status: 'InternalTransfer' });
}
