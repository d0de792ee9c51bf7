import type { Clock } from '../../app/ports.ts';
import { compactDay, dayFromCompact, dayOf } from '../../core/day.ts';
import type { ItemFact, MasterFact, MasterNeed } from '../../core/glossary.ts';
import { needKey } from '../../core/master.ts';
import { defect } from '../../core/problem.ts';
import {
  compareQuantities,
  isPositive,
  one,
  parseQuantity,
  readDecimal,
} from '../../core/quantity.ts';
import type { Quantity } from '../../core/schema.ts';
import { type Row, readRecords, readRowsOf } from './master-read.ts';
import type { MiCall, MiClient } from './mi.ts';
import { readPurchaseOrders } from './purchase-order-facts.ts';

export interface MasterDataSettings {
  division: string;
  /** Alias categories (ALWT of MMS025) under which a SKU may be known. Default 1, 2 and 3. */
  aliasCategories?: number[];
}

interface Context {
  client: MiClient;
  division: string;
  aliasCategories: number[];
  /** `yyyyMMdd`, for the validity of aliases. */
  today: string;
}

type NeedOf<Kind extends MasterNeed['kind']> = Extract<MasterNeed, { kind: Kind }>;

/**
 * Answers needs about M3's master data, in the order asked, one bulk read per program and round.
 * `absent` is always proved. Throws a Problem when anything has no clear answer, and a defect for
 * needs that are ShipBob's (`inventory`, `product`).
 */
export function createMasterData(options: {
  client: MiClient;
  clock: Clock;
  settings: MasterDataSettings;
}): (needs: MasterNeed[]) => Promise<MasterFact[]> {
  const { client, clock, settings } = options;
  return async (needs) => {
    const context: Context = {
      client,
      division: settings.division,
      aliasCategories: settings.aliasCategories ?? [1, 2, 3],
      today: compactDay(dayOf(clock.now(), 'UTC')),
    };
    const unique = [...new Map(needs.map((need) => [needKey(need), need])).values()];
    const facts = new Map<string, MasterFact>();
    async function answer<Kind extends MasterNeed['kind']>(
      kind: Kind,
      read: (context: Context, asked: NeedOf<Kind>[]) => Promise<MasterFact[]>,
    ): Promise<void> {
      const asked = unique.filter((need): need is NeedOf<Kind> => need.kind === kind);
      const found = asked.length === 0 ? [] : await read(context, asked);
      asked.forEach((need, index) => {
        facts.set(needKey(need), found[index] ?? { kind: 'absent' });
      });
    }
    await Promise.all([
      answer('item', readItems),
      answer('itemWarehouse', readItemWarehouses),
      answer('customer', readCustomers),
      answer('supplier', readSuppliers),
      answer('warehouse', readWarehouses),
      answer('dimension', readDimensions),
      answer('purchaseOrder', (_, asked) =>
        readPurchaseOrders(
          client,
          asked.map((need) => code(need.number)),
        ),
      ),
    ]);
    return needs.map((need) => {
      const fact = facts.get(needKey(need));
      if (fact === undefined) throw defect(`M3 holds no facts of kind ${need.kind}`);
      return fact;
    });
  };
}

/** By item number first, by alias for what is left. */
async function readItems(context: Context, asked: NeedOf<'item'>[]): Promise<MasterFact[]> {
  const skus = asked.map((need) => code(need.sku));
  const byNumber = await readItemRows(context, skus);
  const left = skus.filter((_, index) => byNumber[index] === null);
  const byAlias = await readAliases(context, left);
  return skus.map((sku, index) => {
    const row = byNumber[index];
    if (row) return itemFact(row, one, 'number');
    return byAlias.get(sku) ?? { kind: 'absent' };
  });
}

function readItemRows(context: Context, numbers: string[]): Promise<(Row | null)[]> {
  const columns = ['ITNO', 'ITDS', 'STAT', 'UNMS', 'DCCD', 'INDI'];
  const calls = numbers.map((number) => get('Get', { ITNO: number }, columns));
  return readRecords(context.client, 'MMS200MI', calls);
}

async function readAliases(context: Context, skus: string[]): Promise<Map<string, MasterFact>> {
  const columns = ['ALWT', 'ITNO', 'CNQT', 'ALUN', 'VFDT', 'LVDT'];
  const list = { program: 'MMS025MI', transaction: 'LstItem', key: 'POPN', columns };
  const rows = await readRowsOf(context.client, list, skus);
  const usable = rows.map((found) => found.filter((row) => isUsableAlias(context, row)));
  const numbers = [...new Set(usable.flat().map((row) => row.ITNO ?? ''))];
  const itemRows = await readItemRows(context, numbers);
  const items = new Map(numbers.map((number, index) => [number, itemRows[index] ?? null]));
  return new Map(skus.map((sku, index) => [sku, aliasFact(usable[index] ?? [], items)]));
}

function isUsableAlias(context: Context, row: Row): boolean {
  const from = row.VFDT ?? '';
  const to = row.LVDT ?? '';
  const begun = dayFromCompact(from) === null || from <= context.today;
  const ended = dayFromCompact(to) !== null && to < context.today;
  return begun && !ended && context.aliasCategories.includes(Number(row.ALWT || 'none'));
}

/** One item in one pack size is an answer; anything else is for a person to decide. */
function aliasFact(rows: Row[], items: Map<string, Row | null>): MasterFact {
  const meanings = new Map<string, MasterFact>();
  for (const row of rows) {
    const item = items.get(row.ITNO ?? '');
    if (!item) continue;
    const factor = packOf(row, item.UNMS ?? '');
    const words = factor === null ? `per ${row.ALUN}` : `× ${factor}`;
    const fact = factor === null ? null : itemFact(item, factor, 'alias');
    meanings.set(`${row.ITNO} ${words}`, fact ?? { kind: 'ambiguous', candidates: [] });
  }
  const candidates = [...meanings.keys()];
  const [only] = meanings.values();
  if (only === undefined) return { kind: 'absent' };
  if (candidates.length === 1 && only.kind === 'item') return only;
  return { kind: 'ambiguous', candidates };
}

/** Basic units in one alias unit; null when it is another unit and M3 does not say how many. */
function packOf(alias: Row, basicUnit: string): Quantity | null {
  const text = alias.CNQT ?? '';
  const quantity = readDecimal(text) === null ? one : parseQuantity(text);
  const factor = isPositive(quantity) ? quantity : one;
  const otherUnit = (alias.ALUN ?? '') !== '' && alias.ALUN !== basicUnit;
  return otherUnit && compareQuantities(factor, one) === 0 ? null : factor;
}

function itemFact(row: Row, factor: Quantity, via: 'number' | 'alias'): ItemFact {
  return {
    kind: 'item',
    number: row.ITNO ?? '',
    name: row.ITDS ?? '',
    status: row.STAT ?? '',
    unit: row.UNMS ?? '',
    decimals: Number(row.DCCD) || 0,
    lotControlled: isSet(row.INDI),
    factor,
    via,
  };
}

async function readItemWarehouses(
  { client }: Context,
  asked: NeedOf<'itemWarehouse'>[],
): Promise<MasterFact[]> {
  const calls = asked.map((need) =>
    get('GetItmWhsBasic', { WHLO: code(need.warehouse), ITNO: code(need.item) }, ['ITNO']),
  );
  const rows = await readRecords(client, 'MMS200MI', calls);
  return rows.map((row) => ({ kind: row === null ? 'absent' : 'itemWarehouse' }));
}

async function readCustomers(
  { client, division }: Context,
  asked: NeedOf<'customer'>[],
): Promise<MasterFact[]> {
  const calls = asked.flatMap((need) => {
    const CUNO = code(need.number);
    return [
      get('GetBasicData', { CUNO }, ['CUNO', 'CUNM', 'STAT', 'CUCD']),
      get('GetFinancial', { CUNO, DIVI: division }, ['CUNO', 'BLCD', 'CUCD']),
    ];
  });
  const rows = await readRecords(client, 'CRS610MI', calls);
  return asked.map((_, index) => {
    const basic = rows[index * 2];
    const financial = rows[index * 2 + 1];
    if (!basic) return { kind: 'absent' };
    return {
      kind: 'customer',
      name: basic.CUNM ?? '',
      active: basic.STAT === '20',
      stopped: isSet(financial?.BLCD),
      currency: financial?.CUCD || basic.CUCD || '',
    };
  });
}

async function readSuppliers(
  { client }: Context,
  asked: NeedOf<'supplier'>[],
): Promise<MasterFact[]> {
  const columns = ['SUNO', 'SUNM', 'STAT', 'CUCD'];
  const calls = asked.map((need) => get('GetBasicData', { SUNO: code(need.number) }, columns));
  const rows = await readRecords(client, 'CRS620MI', calls);
  return rows.map((row) => {
    if (row === null) return { kind: 'absent' };
    const { SUNM: name = '', CUCD: currency = '' } = row;
    return { kind: 'supplier', name, active: row.STAT === '20', currency };
  });
}

async function readWarehouses(
  { client }: Context,
  asked: NeedOf<'warehouse'>[],
): Promise<MasterFact[]> {
  const columns = ['WHLO', 'WHNM', 'FACI', 'DIVI', 'TIZO'];
  const calls = asked.map((need) => get('GetWarehouse', { WHLO: code(need.number) }, columns));
  const rows = await readRecords(client, 'MMS005MI', calls);
  return rows.map((row) => {
    if (row === null) return { kind: 'absent' };
    const { WHNM: name = '', FACI: facility = '', DIVI: division = '' } = row;
    return { kind: 'warehouse', name, facility, division, timeZone: row.TIZO || null };
  });
}

/** Identities stand in the division or at a blank one (infor-api §3.3); both are asked at once. */
async function readDimensions(
  { client }: Context,
  asked: NeedOf<'dimension'>[],
): Promise<MasterFact[]> {
  const columns = ['AITM', 'TX40', 'LCCD', 'VFDT', 'VTDT'];
  const calls = asked.flatMap((need) => {
    const identity = { AITP: String(need.dimension), AITM: code(need.value) };
    return [code(need.division), ''].map((DIVI) =>
      get('GetAccountID', { ...identity, DIVI }, columns),
    );
  });
  const rows = await readRecords(client, 'CRS630MI', calls);
  return asked.map((_, index) => {
    const row = rows[index * 2] ?? rows[index * 2 + 1];
    if (!row) return { kind: 'absent' };
    return {
      kind: 'dimension',
      name: row.TX40 ?? '',
      blocked: isSet(row.LCCD),
      validFrom: dayFromCompact(row.VFDT ?? ''),
      validTo: dayFromCompact(row.VTDT ?? ''),
    };
  });
}

function get(transaction: string, record: Record<string, string>, columns: string[]): MiCall {
  return { transaction, record, columns };
}

/** M3 keeps its codes in upper case and does not promise to convert ours. */
function code(text: string): string {
  return text.trim().toUpperCase();
}

function isSet(flag: string | undefined): boolean {
  return flag !== undefined && flag !== '' && flag !== '0';
}
