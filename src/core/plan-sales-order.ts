/** The sales or purchase order that an accepted ShipBob order becomes. */
import { dayOf } from './day.ts';
import type { OrderLine, OrderRecord, PurchaseOrder, SalesOrder, Shipment } from './glossary.ts';
import { limits } from './limits.ts';
import {
  amountPerPiece,
  compareAmounts,
  multiplyAmount,
  splitAmount,
  subtractAmounts,
  sumAmounts,
} from './money.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import type { ItemUse } from './plan-item.ts';
import {
  basicQuantity,
  checkDimensions,
  checkItem,
  findCentre,
  findItem,
  zoneOf,
} from './plan-item.ts';
import { findCustomer, findSupplier } from './plan-party.ts';
import {
  addQuantities,
  isPositive,
  multiplyQuantities,
  one,
  sumQuantities,
  zero,
} from './quantity.ts';
import { countryCode } from './rules.ts';
import type { Amount, Quantity } from './schema.ts';
import type { CentreSettings, OrderRoute } from './settings.ts';
import { orderSource } from './source-line.ts';

export type SalesRoute = Extract<OrderRoute, { as: 'salesOrder' }>;
export type PurchaseRoute = Extract<OrderRoute, { as: 'purchaseOrder' }>;

/**
 * `new` is checked for everything that Infor would refuse. `known` is in Infor already, so a
 * customer or item that was blocked since then is no reason to ask.
 */
export type Strictness = 'new' | 'known';

interface Asked<Route> {
  order: OrderRecord;
  route: Route;
  strictness: Strictness;
  flags: FlagList;
}

/** Null when something is not known or not clear; `flags` then say what, or a need is noted. */
export function planSalesOrder(work: PlanWork, asked: Asked<SalesRoute>): SalesOrder | null {
  const { order, route, strictness, flags } = asked;
  const raisedBefore = flags.all().length;
  const customer = findCustomer(work, asked);
  const lines = planLines(work, asked);
  const centre = lines?.centre ?? null;
  const country = countryCode(order.recipient.country, work.settings.orders.countries);
  // What is in Infor already has an address there.
  const addressed = route.deliveryAddress === 'order' && strictness === 'new';
  if (addressed && !/^[A-Za-z0-9]{2,3}$/.test(country)) {
    const said = order.recipient.country.slice(0, limits.evidenceTextMax);
    const evidence = { country: said, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_COUNTRY', { cause: `country:${said}`, evidence });
  }
  if (strictness === 'new') checkAmount(work, order, flags);
  if (customer === null || lines === null || centre === null) return null;
  if (flags.all().length > raisedBefore) return null;
  const day = dayOf(order.purchasedAtMs ?? order.createdAtMs, zoneOf(centre, null));
  const { prices, currency } = work.settings.orders;
  return {
    kind: 'salesOrder',
    customer,
    orderType: route.orderType,
    facility: centre.facility,
    warehouse: centre.warehouse,
    currency: prices === 'shipbob' ? currency : null,
    orderedOn: day,
    requestedOn: day,
    orderNumber: order.orderNumber,
    responsible: route.responsible,
    lines: lines.lines.map((line, index) => ({
      line: index + 1,
      item: line.item.number,
      quantity: line.quantity,
      price: line.price,
      warehouse: line.centre.warehouse,
      reasonCode: route.reasonCode,
      productId: line.source.productId,
      productReferenceId: line.source.referenceId,
      sku: line.item.sku,
    })),
    deliveryAddress: route.deliveryAddress === 'order' ? { ...order.recipient, country } : null,
    charge: shippingCharge(work, order),
    source: orderSource(order),
  };
}

/** Null when something is not known or not clear; `flags` then say what, or a need is noted. */
export function planPurchaseOrder(
  work: PlanWork,
  asked: Asked<PurchaseRoute>,
): PurchaseOrder | null {
  const { order, route, strictness, flags } = asked;
  const raisedBefore = flags.all().length;
  const supplier = findSupplier(work, asked);
  const lines = planLines(work, asked);
  if (strictness === 'new') checkAmount(work, order, flags);
  if (lines === null) return null;
  const { centre } = lines;
  const day = dayOf(order.purchasedAtMs ?? order.createdAtMs, zoneOf(centre, null));
  const warehouse = work.master.ask<'warehouse'>({ kind: 'warehouse', number: centre.warehouse });
  if (strictness === 'new' && warehouse.state === 'known') {
    const { division } = warehouse.fact;
    checkDimensions(work, { values: route.dimensions, division, day }, flags);
  }
  if (supplier === null || flags.all().length > raisedBefore) return null;
  const { prices, currency } = work.settings.orders;
  return {
    kind: 'purchaseOrder',
    supplier,
    facility: centre.facility,
    warehouse: centre.warehouse,
    orderType: route.orderType,
    currency: prices === 'shipbob' ? currency : null,
    orderedOn: day,
    requestedOn: day,
    orderNumber: order.orderNumber,
    lines: lines.lines.map((line, index) => ({
      line: index + 1,
      item: line.item.number,
      quantity: line.quantity,
      unit: line.item.unit,
      price: line.price,
      dimensions: [...route.dimensions],
      costCentre: route.costCentre,
    })),
    source: orderSource(order),
  };
}

interface Line {
  source: OrderLine;
  item: ItemUse;
  quantity: Quantity;
  price: Amount | null;
  centre: CentreSettings;
}

/** Every line is looked at even after one failed, so that a person sees all there is to do. */
function planLines(
  work: PlanWork,
  asked: Asked<OrderRoute>,
): { lines: Line[]; centre: CentreSettings } | null {
  const { order, route, strictness, flags } = asked;
  const wanted = order.lines.filter((line) => isPositive(line.quantity));
  for (const line of order.lines) {
    if (!line.quantity.startsWith('-')) continue;
    flags.raise('QUANTITY_NOT_POSITIVE', {
      cause: `order:${order.id}`,
      evidence: { record: `Order ${order.orderNumber}`, quantity: line.quantity, sku: line.sku },
    });
  }
  if (wanted.length === 0) {
    const evidence = { orderNumber: order.orderNumber };
    flags.raise('EMPTY_ORDER', { cause: `order:${order.id}`, evidence });
    return null;
  }
  const lines: Line[] = [];
  let whole = true;
  const placed = wanted.flatMap((line): PlacedLine[] =>
    route.as === 'salesOrder' ? splitByCentre(order, line) : [{ ...line, centre: null }],
  );
  for (const source of placed) {
    const centre = centreOfLine(work, { order, line: source, flags });
    for (const unit of expanded(work, source, flags) ?? []) {
      const item = findItem(work, unit, flags);
      if (item === null) continue;
      const quantity = basicQuantity(item, unit.quantity, flags);
      if (strictness === 'new') {
        const warehouse = centre?.warehouse ?? null;
        checkItem(work, { item, warehouse, quantity: unit.quantity }, flags);
      }
      if (quantity === null || centre === null) whole = false;
      else lines.push({ source, item, quantity, price: pricePer(unit.price, item), centre });
    }
  }
  whole = whole && work.master.needs().length === 0;
  const centre = lines[0]?.centre;
  return whole && centre !== undefined ? { lines, centre } : null;
}

interface Unit {
  sku: string;
  /** In ShipBob's units. */
  quantity: Quantity;
  price: Amount | null;
}

/** The line's own SKU, or a bundle's components with its price shared out over them. */
function expanded(work: PlanWork, line: OrderLine, flags: FlagList): Unit[] | null {
  const price = work.settings.orders.prices === 'shipbob' ? line.unitPrice : null;
  const plain = { sku: line.sku, quantity: line.quantity, price };
  if (line.unit !== null && line.unit.toUpperCase() !== 'EA') {
    return inOtherUnit(work, { ...plain, unit: line.unit.toUpperCase() }, flags);
  }
  if (work.settings.orders.bundles === 'item' || line.sku.trim() === '') return [plain];
  const product = work.master.ask<'product'>({ kind: 'product', sku: line.sku });
  if (product.state === 'missing') {
    // Most products are no bundles: asking for the item as well spares a round.
    work.master.ask<'item'>({ kind: 'item', sku: itemSku(work, line.sku) });
    return null;
  }
  if (product.state !== 'known') return [plain];
  const components = product.fact.components.filter((part) => isPositive(part.quantity));
  if (components.length === 0) return [plain];
  const weights = components.map((part) => part.quantity);
  const shares = price === null ? null : splitAmount(price, weights, limits.moneyDecimals);
  return components.map((part, index) => {
    const share = shares?.[index];
    const each =
      share === undefined ? null : amountPerPiece(share, part.quantity, limits.priceDecimals);
    const quantity = multiplyQuantities(part.quantity, line.quantity);
    return { sku: part.sku, quantity, price: each };
  });
}

/** Cases and pallets: only an explicit mapping of `SKU@CS` says how many pieces one holds. */
function inOtherUnit(
  work: PlanWork,
  plain: Unit & { unit: string },
  flags: FlagList,
): Unit[] | null {
  const { unit, quantity, price } = plain;
  const sku = `${plain.sku}@${unit}`;
  if (Object.hasOwn(work.settings.items.mapping, sku)) return [{ sku, quantity, price }];
  const evidence = { sku: plain.sku, unit, quantity };
  flags.raise('UNKNOWN_UNIT', { cause: `unit:${sku}`, evidence, quantity });
  return null;
}

function itemSku(work: PlanWork, sku: string): string {
  const { mapping } = work.settings.items;
  return Object.hasOwn(mapping, sku) ? (mapping[sku]?.item ?? sku) : sku;
}

/** Price per basic unit. */
function pricePer(price: Amount | null, item: ItemUse): Amount | null {
  if (price === null || item.factor === one) return price;
  return amountPerPiece(price, item.factor, limits.priceDecimals);
}

/** An order line, or the part of one that ships from one centre. */
type PlacedLine = OrderLine & { centre: Shipment['centre'] };

function placedShipments(order: OrderRecord): Shipment[] {
  return order.shipments.filter(
    (shipment) => shipment.phase !== 'cancelled' && shipment.centre !== null,
  );
}

/**
 * A line whose pieces ship from several centres becomes a line for each: a sales order line has one
 * warehouse, and once part of it is delivered it cannot move. Only where ShipBob's split is plain:
 * one line of the product, one inventory item behind it, and all of its pieces placed.
 */
function splitByCentre(order: OrderRecord, line: OrderLine): PlacedLine[] {
  const whole = [{ ...line, centre: null }];
  if (order.lines.filter((other) => other.productId === line.productId).length !== 1) return whole;
  const shares = new Map<string, { centre: Shipment['centre']; quantity: Quantity }>();
  const inventories = new Set<string>();
  for (const { centre, parts } of placedShipments(order)) {
    for (const part of parts) {
      if (centre === null || part.productId !== line.productId) continue;
      inventories.add(part.inventoryId);
      const known = shares.get(centre.id)?.quantity ?? zero;
      shares.set(centre.id, { centre, quantity: addQuantities(known, part.quantity) });
    }
  }
  const placed = [...shares.values()].filter(({ quantity }) => isPositive(quantity));
  const total = sumQuantities(placed.map(({ quantity }) => quantity));
  if (placed.length < 2 || inventories.size !== 1 || total !== line.quantity) return whole;
  return placed.map(({ centre, quantity }) => ({ ...line, quantity, centre }));
}

/** Where a line ships from: the centre ShipBob chose for its product, else the default one. */
function centreOfLine(
  work: PlanWork,
  asked: { order: OrderRecord; line: PlacedLine; flags: FlagList },
): CentreSettings | null {
  const { order, line, flags } = asked;
  const live = placedShipments(order);
  const holding = live.find((shipment) =>
    shipment.parts.some((part) => part.productId === line.productId),
  );
  const chosen = line.centre ?? (holding ?? live[0])?.centre ?? null;
  const id = chosen?.id ?? work.settings.orders.defaultCentre;
  return findCentre(work, { id, name: chosen?.name ?? null, otherwise: '' }, flags);
}

/**
 * ShipBob gives no shipping price, only the order's total: what the total exceeds the priced lines.
 * With prices before tax the difference would hold the tax as well, so nothing is added then.
 */
function shippingCharge(work: PlanWork, order: OrderRecord): SalesOrder['charge'] {
  const { shippingCharge: code, prices, pricesIncludeTax } = work.settings.orders;
  if (code === null || prices !== 'shipbob' || pricesIncludeTax === 'no') return null;
  const value = valueOfLines(order);
  if (order.totalPrice === null || value === null) return null;
  const amount = subtractAmounts(order.totalPrice, value);
  return isPositiveAmount(amount) ? { code, amount } : null;
}

function isPositiveAmount(amount: Amount): boolean {
  return amount !== '0' && !amount.startsWith('-');
}

/** Null as soon as one line has no price. */
function valueOfLines(order: OrderRecord): Amount | null {
  const values: Amount[] = [];
  for (const line of order.lines) {
    if (line.unitPrice === null) return null;
    values.push(multiplyAmount(line.unitPrice, line.quantity));
  }
  return sumAmounts(values);
}

function checkAmount(work: PlanWork, order: OrderRecord, flags: FlagList): void {
  const limit = work.settings.limits.amountMax;
  const amount = order.totalPrice ?? valueOfLines(order);
  if (limit === null || amount === null || compareAmounts(amount, limit) <= 0) return;
  flags.raise('AMOUNT_OVER_LIMIT', {
    cause: `order:${order.id}`,
    evidence: { record: `Order ${order.orderNumber}`, amount, limit },
    quantity: sumQuantities(order.lines.map((line) => line.quantity)),
    amount,
    currency: work.settings.orders.currency,
  });
}
