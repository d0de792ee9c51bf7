import { Refusal } from './call.ts';
import { type Decimal, decimalPlaces, total } from './decimal.ts';
import type { Item } from './master-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import type { Balance } from './stock-state.ts';

export interface BalancePlace {
  warehouse: string;
  item: string;
  location: string;
  lot: string;
}

export function balanceAt(state: State, place: BalancePlace): Balance | undefined {
  return state.balances.get(balanceKey(place));
}

/** The balance identity, made empty if it is not there yet. */
export function openBalance(state: State, place: BalancePlace): Balance {
  const known = balanceAt(state, place);
  if (known) return known;
  const { warehouse, item, location, lot } = place;
  const arrival = nextNumber(state, 'arrival', 1);
  const balance = { warehouse, item, location, lot, onHand: 0n, allocated: 0n, arrival };
  state.balances.put(balanceKey(place), balance);
  return balance;
}

export function balancesOf(state: State, warehouse: string, item: string): Balance[] {
  return [...state.balances.within(sortKey(warehouse, item))];
}

export function onHandOf(state: State, warehouse: string, item: string): Decimal {
  return total(balancesOf(state, warehouse, item).map((balance) => balance.onHand));
}

/** The item, fit to be ordered or moved in that warehouse (codes: reference/infor-api.md §7). */
export function usableItem(state: State, number: string, warehouse: string): Item {
  const item = state.master.items.get(number);
  if (!item) throw new Refusal('WIT0103', 'ITNO', `Item ${number} does not exist`);
  if (item.status !== '20') {
    throw new Refusal('WIT0101', 'ITNO', `Item ${number} has status ${item.status}`);
  }
  if (!item.warehouses.has(warehouse)) {
    throw new Refusal('WIT0101', 'ITNO', `Item ${number} is not set up in warehouse ${warehouse}`);
  }
  return item;
}

/** More decimals than the item's unit has are an error, not rounded (reference §7.9). */
export function fittingQuantity(item: Item, quantity: Decimal, field: string): Decimal {
  if (decimalPlaces(quantity) > item.decimals) {
    throw new Refusal('XNU0101', field, `Item ${item.number} allows ${item.decimals} decimals`);
  }
  return quantity;
}

/** The given location if the warehouse has it, its only one when blank. */
export function locationIn(state: State, warehouse: string, given: string): string {
  const own = state.master.warehouses.get(warehouse)?.location ?? '';
  if (given !== '' && given !== own) {
    throw new Refusal('WWS0103', 'WHSL', `Location ${given} does not exist`);
  }
  return own;
}

export function requireLot(item: Item, lot: string): void {
  if (item.lotControlled && lot === '') {
    throw new Refusal('WBA0402', 'BANO', 'Lot number must be entered');
  }
  if (!item.lotControlled && lot !== '') {
    throw new Refusal('WBA0401', 'BANO', 'Item has no lot control, lot number is not allowed');
  }
}

function balanceKey(place: BalancePlace): string {
  return sortKey(place.warehouse, place.item, place.location, place.lot);
}
