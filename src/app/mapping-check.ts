/** Whether what mappings name exists in Infor, and may be used: in bulk, by reads alone. */
import type { MasterFact, MasterNeed } from '../core/glossary.ts';
import type { MappingKey, MappingTarget } from '../core/mapping.ts';
import { needKey } from '../core/master.ts';
import type { Day } from '../core/schema.ts';
import type { Settings } from '../core/settings.ts';
import type { InforLedger } from './ports.ts';

export interface Checkable extends MappingKey {
  target: MappingTarget;
}

/** `wrong`: what it maps would be flagged. `note`: worth knowing. */
export interface CheckVerdict {
  verdict: 'ok' | 'note' | 'wrong';
  /** What was found; empty when all is well. */
  what: string;
}

interface Place {
  settings: Settings;
  today: Day;
}

const needsPerCall = 500;

/** One verdict for each, in order. Throws Problem when Infor cannot be read. */
export async function checkTargets(
  infor: Pick<InforLedger, 'masterData'>,
  mappings: readonly Checkable[],
  place: Place & { progress: (step: string) => void },
): Promise<CheckVerdict[]> {
  const { settings, progress } = place;
  const facts = new Map<string, MasterFact>();
  const read = async (needs: MasterNeed[]) => {
    const fresh = new Map(needs.map((need) => [needKey(need), need]));
    const missing = [...fresh].filter(([key]) => !facts.has(key)).map(([, need]) => need);
    for (let start = 0; start < missing.length; start += needsPerCall) {
      const page = missing.slice(start, start + needsPerCall);
      progress(`asking Infor (${start + page.length} of ${missing.length})`);
      const answers = await infor.masterData(page);
      page.forEach((need, index) => {
        facts.set(needKey(need), answers[index] ?? { kind: 'absent' });
      });
    }
  };
  const factOf = (need: MasterNeed): MasterFact => facts.get(needKey(need)) ?? { kind: 'absent' };
  await read(mappings.flatMap((mapping) => firstNeeds(mapping.target, settings)));
  await read(mappings.flatMap(({ target }) => warehouseNeeds(target, settings, factOf)));
  return mappings.map((mapping) => verdictOf(mapping, place, factOf));
}

function firstNeeds(target: MappingTarget, settings: Settings): MasterNeed[] {
  switch (target.kind) {
    case 'sku':
      return [{ kind: 'item', sku: target.item }];
    case 'customer':
    case 'supplier':
      return [{ kind: target.kind, number: target.code }];
    case 'centre':
      return [{ kind: 'warehouse', number: target.centre.warehouse }];
    case 'account':
      return dimensionNeeds(target.as, settings);
  }
}

function dimensionNeeds(
  as: Extract<MappingTarget, { kind: 'account' }>['as'],
  { costs: { division } }: Settings,
): Extract<MasterNeed, { kind: 'dimension' }>[] {
  if ('skip' in as) return [];
  return [as.journal.debit, as.journal.credit].flatMap((values) =>
    values.flatMap((value, index) =>
      value === '' ? [] : [{ kind: 'dimension' as const, dimension: index + 1, value, division }],
    ),
  );
}

function warehouseNeeds(
  target: MappingTarget,
  settings: Settings,
  factOf: (need: MasterNeed) => MasterFact,
): Extract<MasterNeed, { kind: 'itemWarehouse' }>[] {
  if (target.kind !== 'sku') return [];
  const fact = factOf({ kind: 'item', sku: target.item });
  if (fact.kind !== 'item') return [];
  const warehouses = new Set(settings.centres.map(({ warehouse }) => warehouse));
  return [...warehouses].map((warehouse) => ({
    kind: 'itemWarehouse',
    item: fact.number,
    warehouse,
  }));
}

function verdictOf(
  { target, source }: Checkable,
  place: Place,
  factOf: (need: MasterNeed) => MasterFact,
): CheckVerdict {
  switch (target.kind) {
    case 'sku':
      return itemVerdict(target, place.settings, factOf);
    case 'customer':
    case 'supplier':
      return partyVerdict(target, factOf({ kind: target.kind, number: target.code }));
    case 'centre':
      return centreVerdict(target, source, place.settings, factOf);
    case 'account':
      return accountVerdict(target, place, factOf);
  }
}

const ok: CheckVerdict = { verdict: 'ok', what: '' };
const wrong = (what: string): CheckVerdict => ({ verdict: 'wrong', what });

function itemVerdict(
  target: Extract<MappingTarget, { kind: 'sku' }>,
  settings: Settings,
  factOf: (need: MasterNeed) => MasterFact,
): CheckVerdict {
  const { item } = target;
  const fact = factOf({ kind: 'item', sku: item });
  // A mapping names an item number; an alias that happens to read the same is not meant.
  if (fact.kind !== 'item' || fact.via === 'alias') {
    return wrong(`item ${item} does not exist in Infor`);
  }
  if (!settings.items.acceptedStatuses.includes(fact.status)) {
    return wrong(`item ${item} has status ${fact.status}, which is not accepted`);
  }
  const needs = warehouseNeeds(target, settings, factOf);
  const missing = needs.filter((need) => factOf(need).kind !== 'itemWarehouse');
  if (missing.length === 0) return ok;
  const names = missing.map(({ warehouse }) => warehouse).join(', ');
  if (missing.length === needs.length) return wrong(`item ${item} is in no warehouse (${names})`);
  return { verdict: 'note', what: `item ${item} is not in warehouse ${names}` };
}

function partyVerdict(
  { kind, code }: Extract<MappingTarget, { kind: 'customer' | 'supplier' }>,
  fact: MasterFact,
): CheckVerdict {
  if (fact.kind !== 'customer' && fact.kind !== 'supplier') {
    return wrong(`${kind} ${code} does not exist in Infor`);
  }
  if (!fact.active) return wrong(`${kind} ${code} is not active`);
  return fact.kind === 'customer' && fact.stopped ? wrong(`customer ${code} is stopped`) : ok;
}

function centreVerdict(
  { centre }: Extract<MappingTarget, { kind: 'centre' }>,
  source: string,
  { centres }: Settings,
  factOf: (need: MasterNeed) => MasterFact,
): CheckVerdict {
  const { warehouse, facility, bookAs } = centre;
  const fact = factOf({ kind: 'warehouse', number: warehouse });
  if (fact.kind !== 'warehouse') return wrong(`warehouse ${warehouse} does not exist in Infor`);
  if (fact.facility !== facility) {
    return wrong(`warehouse ${warehouse} is of facility ${fact.facility}, not ${facility}`);
  }
  if (bookAs !== null && (bookAs === source || !centres.some(({ id }) => id === bookAs))) {
    return wrong(`it is booked as centre ${bookAs}, which is none`);
  }
  return ok;
}

function accountVerdict(
  { as }: Extract<MappingTarget, { kind: 'account' }>,
  { settings, today }: Place,
  factOf: (need: MasterNeed) => MasterFact,
): CheckVerdict {
  for (const need of dimensionNeeds(as, settings)) {
    const fact = factOf(need);
    const name = `dimension ${need.dimension}, value ${need.value},`;
    if (fact.kind !== 'dimension') {
      return wrong(`${name} does not exist in division ${need.division}`);
    }
    if (fact.blocked) return wrong(`${name} is blocked`);
    const outside =
      (fact.validFrom !== null && today < fact.validFrom) ||
      (fact.validTo !== null && today > fact.validTo);
    if (outside) return wrong(`${name} is not valid today`);
  }
  return ok;
}
