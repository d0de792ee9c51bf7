/** Which mapping would answer a flag. */
import type { FlagCode } from './flag-reason.ts';
import type { Flag } from './glossary.ts';
import type { MappingKey } from './mapping.ts';

export type AnswerKind = 'sku' | 'customer' | 'supplier' | 'centre';

export type FlagAnswer =
  | { state: 'mapped'; key: MappingKey }
  /** This kind of mapping does not answer it, and why. */
  | { state: 'none'; why: string };

/** Questions about a SKU that another item, or another factor, may answer. */
const aboutSku: readonly FlagCode[] = [
  'UNKNOWN_ITEM',
  'AMBIGUOUS_ITEM',
  'ITEM_NOT_ACTIVE',
  'ITEM_NOT_IN_WAREHOUSE',
  'ITEM_CHANGED',
  'ITEM_NOT_ON_PURCHASE_ORDER',
  'QUANTITY_TOO_PRECISE',
  'UNKNOWN_UNIT',
];

/** The kind of mapping that a flag asks for; null when none answers it. */
export function answerKindOf({ code }: Pick<Flag, 'code'>): AnswerKind | null {
  if (aboutSku.some((known) => known === code)) return 'sku';
  if (code === 'UNKNOWN_CUSTOMER') return 'customer';
  if (code === 'UNKNOWN_SUPPLIER') return 'supplier';
  return code === 'UNKNOWN_WAREHOUSE' ? 'centre' : null;
}

export function answerOf(flag: Flag, kind: AnswerKind): FlagAnswer {
  if (answerKindOf(flag) !== kind)
    return none(`${flag.code} is no question about a ${words[kind]}`);
  switch (kind) {
    case 'sku':
      return ofSku(flag);
    case 'customer':
    case 'supplier':
      return ofParty(flag, kind);
    case 'centre': {
      const id = text(flag, 'centreId');
      if (id === null) return none('ShipBob names no fulfilment centre in it');
      return { state: 'mapped', key: { kind, list: '', source: id } };
    }
  }
}

const words: Record<AnswerKind, string> = {
  sku: 'SKU',
  customer: 'customer',
  supplier: 'supplier',
  centre: 'fulfilment centre',
};

function ofSku(flag: Flag): FlagAnswer {
  const sku = text(flag, 'sku');
  if (sku === null || sku.trim() === '') return none('ShipBob gives no SKU in it');
  const unit = flag.code === 'UNKNOWN_UNIT' ? text(flag, 'unit') : null;
  const source = unit === null ? sku : `${sku}@${unit}`;
  return { state: 'mapped', key: { kind: 'sku', list: '', source } };
}

/** The table stands in the cause, and the value as ShipBob writes it in the evidence. */
function ofParty(flag: Flag, kind: 'customer' | 'supplier'): FlagAnswer {
  const list = /^lookup:([^:]+):/.exec(flag.cause)?.[1];
  if (list === undefined) {
    return none(`the number that a rule or mapping names does not exist in Infor: create it there`);
  }
  const source = text(flag, 'value');
  if (source === null || source.trim() === '') {
    return none('the order has no value to look it up by: route it by another rule');
  }
  return { state: 'mapped', key: { kind, list, source } };
}

function none(why: string): FlagAnswer {
  return { state: 'none', why };
}

function text({ evidence }: Flag, name: string): string | null {
  const value = evidence[name];
  return typeof value === 'string' ? value : null;
}
