import type { DocumentKind, MasterFact, MasterNeed } from '../core/glossary.ts';
import type { Settings } from '../core/settings.ts';
import type { Check } from './doctor.ts';
import { type Finding, failed, fine, problem, unchecked, warning } from './doctor-finding.ts';
import type { InforLedger, InforReadiness, ReadinessAnswer, SetUpCode } from './ports.ts';

const area = 'Infor';

/** Names that other checks build on. */
export const inforLogin = 'Infor login';

export interface InforParts {
  /** Throws the Problem that keeps Infor from being called (no credentials, another tenant). */
  infor(): Promise<{ ledger: InforLedger; readiness: InforReadiness; tenant: string }>;
  settings: Settings;
  division: string;
}

/** Login, authority, and the codes that the configuration names: reads only. */
export function inforChecks(parts: InforParts): Check[] {
  const after = [inforLogin];
  const kinds = documentKinds(parts.settings);
  return [
    { area, name: inforLogin, deadlineMs: 60_000, run: () => login(parts) },
    { area, name: 'authority', after, deadlineMs: 90_000, run: () => authority(parts, kinds) },
    { area, name: 'warehouses', after, run: () => warehouses(parts) },
    { area, name: 'customers', after, deadlineMs: 60_000, run: () => customers(parts) },
    { area, name: 'suppliers', after, run: () => suppliers(parts) },
    { area, name: 'accounts', after, run: () => dimensions(parts) },
    { area, name: 'mapped items', after, run: () => mappedItems(parts) },
    { area, name: 'order types', after, run: () => orderTypes(parts) },
    { area, name: 'set-up', after, run: () => unreadable(parts, kinds) },
  ];
}

/** The kinds of document that this configuration can make. */
export function documentKinds({ orders, sync }: Settings): DocumentKind[] {
  const kinds = new Set<DocumentKind>();
  for (const { route } of sync.streams.orders ? orders.rules : []) {
    if (route.as === 'salesOrder') {
      for (const kind of ['salesOrder', 'goodsIssue', 'orderCancellation'] as const)
        kinds.add(kind);
    }
    if (route.as === 'purchaseOrder') {
      kinds.add('purchaseOrder');
      if (route.thenIssueReason !== null) kinds.add('stockIssue');
    }
    if (route.as === 'issueOnly') kinds.add('stockIssue');
  }
  if (sync.streams.receiving) kinds.add('goodsReceipt');
  if (sync.streams.costs) kinds.add('journal');
  return [...kinds];
}

async function login({ infor }: InforParts): Promise<Finding[]> {
  const { ledger, tenant } = await infor();
  const { company, division, user } = await ledger.probe();
  const place = division === '' ? `company ${company}` : `company ${company}, division ${division}`;
  return [fine(`tenant ${tenant}, user ${user}, ${place}`)];
}

async function authority(parts: InforParts, kinds: DocumentKind[]): Promise<Finding[]> {
  const { readiness } = await parts.infor();
  const answers = await readiness.calls(kinds);
  const troubles = answers.filter(({ result }) => result !== 'works').map(troubleOf);
  const works = answers.length - troubles.length;
  const programs = new Set(answers.map(({ call }) => call.split('/')[0])).size;
  if (troubles.length > 0) return troubles;
  return [fine(`${works} reads in ${programs} programs, one for each that is needed: all allowed`)];
}

function troubleOf({ call, means, result, problem: met }: ReadinessAnswer): Finding {
  const needed = `needed for ${means}`;
  if (result === 'missing') {
    return problem({
      what: `${call} does not exist on this tenant`,
      means: needed,
      mend: met?.hint ?? 'Choose the alternative in the configuration, or ask for a newer M3.',
    });
  }
  // A refusal in words that are not known may be about the key asked for, not about the asking.
  const isSure = met?.kind === 'configuration' && met.code !== 'INFOR_READ_REFUSED';
  if (met !== null && isSure) return failed(met, needed);
  return warning({
    what: met?.message ?? `${call} gave no clear answer`,
    means: `${needed}; whether it may be run could not be seen`,
    mend: met?.hint ?? 'Run mlc doctor again.',
  });
}

/** One line for each code that is not right, or one for all. */
async function lookUp<Need extends MasterNeed>(
  { infor }: InforParts,
  needs: Need[],
  judge: (need: Need, fact: MasterFact) => Finding | null,
  all: string,
): Promise<Finding[]> {
  if (needs.length === 0) return [fine('none is named')];
  const { ledger } = await infor();
  const facts = await ledger.masterData(needs);
  const findings = needs.flatMap((need, index) => {
    const finding = judge(need, facts[index] ?? { kind: 'absent' });
    return finding === null ? [] : [finding];
  });
  return findings.length > 0 ? findings : [fine(`${needs.length} ${all}`)];
}

function warehouses(parts: InforParts): Promise<Finding[]> {
  const { centres } = parts.settings;
  const needs = distinct(centres.map(({ warehouse }) => warehouse)).map(
    (number) => ({ kind: 'warehouse', number }) as const,
  );
  return lookUp(
    parts,
    needs,
    ({ number }, fact) => {
      const of = centres.filter(({ warehouse }) => warehouse === number);
      const names = of.map(({ name }) => name).join(', ');
      if (fact.kind !== 'warehouse') {
        return problem({
          what: `warehouse ${number} of ${names} does not exist in Infor`,
          means: 'everything that moves there is flagged',
          mend: 'Correct warehouse under centres, or set the warehouse up in Infor.',
        });
      }
      const odd = of.find(({ facility }) => facility !== fact.facility);
      if (odd !== undefined) {
        return problem({
          what: `warehouse ${number} belongs to facility ${fact.facility}, configured is ${odd.facility}`,
          means: 'orders for it would be refused, or booked in another facility',
          mend: `Set facility to ${fact.facility} for ${names} under centres.`,
        });
      }
      if (fact.division === '' || fact.division === parts.division) return null;
      return problem({
        what: `warehouse ${number} belongs to division ${fact.division}, configured is ${parts.division}`,
        means: 'movements there cannot be posted from this division',
        mend: 'Correct infor.division, or the warehouse under centres.',
      });
    },
    'exist, with the facility that is configured',
  );
}

function customers(parts: InforParts): Promise<Finding[]> {
  const { orders, lookups } = parts.settings;
  const numbers = orders.rules.flatMap(({ route }) =>
    route.as === 'salesOrder' ? codesOf(route.customer, lookups) : [],
  );
  return lookUp(
    parts,
    distinct(numbers).map((number) => ({ kind: 'customer', number }) as const),
    ({ number }, fact) => {
      if (fact.kind !== 'customer') {
        return problem({
          what: `customer ${number} does not exist in Infor`,
          means: 'every order for it is flagged',
          mend: 'Correct it under orders.rules or lookups, or create the customer.',
        });
      }
      if (fact.active && !fact.stopped) return null;
      return warning({
        what: `customer ${number} (${fact.name}) is ${fact.active ? 'stopped' : 'not active'} in Infor`,
        means: 'every order for it is flagged',
        mend: 'Release the customer in Infor (CRS610) when it shall be delivered.',
      });
    },
    'that the rules name may be sold to',
  );
}

function suppliers(parts: InforParts): Promise<Finding[]> {
  const { orders, lookups } = parts.settings;
  const numbers = orders.rules.flatMap(({ route }) =>
    route.as === 'purchaseOrder' ? codesOf(route.supplier, lookups) : [],
  );
  return lookUp(
    parts,
    distinct(numbers).map((number) => ({ kind: 'supplier', number }) as const),
    ({ number }, fact) => {
      if (fact.kind === 'supplier' && fact.active) return null;
      const state = fact.kind === 'supplier' ? 'is not active' : 'does not exist';
      return problem({
        what: `supplier ${number} ${state} in Infor`,
        means: 'every order that shall become a purchase from it is flagged',
        mend: 'Correct it under orders.rules or lookups, or release it in Infor (CRS620).',
      });
    },
    'that the rules name may be bought from',
  );
}

function codesOf(
  source: { fixed: string } | { lookup: string },
  lookups: Settings['lookups'],
): string[] {
  if ('fixed' in source) return [source.fixed];
  return Object.values(Object.hasOwn(lookups, source.lookup) ? (lookups[source.lookup] ?? {}) : {});
}

function dimensions(parts: InforParts): Promise<Finding[]> {
  const { orders, costs, sync } = parts.settings;
  const strings = [
    ...(sync.streams.costs ? costs.rules : []).flatMap(({ as }) =>
      'journal' in as ? [as.journal.debit, as.journal.credit] : [],
    ),
    ...orders.rules.flatMap(({ route }) =>
      route.as === 'purchaseOrder' ? [route.dimensions] : [],
    ),
  ];
  const division = costs.division === '' ? parts.division : costs.division;
  const needs = strings.flatMap((values) =>
    values.flatMap((value, index) =>
      value === '' ? [] : [{ kind: 'dimension', dimension: index + 1, value, division } as const],
    ),
  );
  const unique = [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
  return lookUp(
    parts,
    unique,
    ({ dimension, value }, fact) => {
      if (fact.kind === 'dimension' && !fact.blocked) return null;
      const state = fact.kind === 'dimension' ? 'is blocked' : 'does not exist';
      return problem({
        what: `accounting dimension ${dimension}, value ${value}, ${state} in division ${division}`,
        means: 'what shall be booked on it is flagged',
        mend: 'Correct the rule, or set the value up in Infor (CRS630).',
      });
    },
    'accounts and cost centres exist and are open',
  );
}

/** A mapping names an item number; an alias that reads the same is not meant. */
function mappedItems(parts: InforParts): Promise<Finding[]> {
  const { mapping, acceptedStatuses } = parts.settings.items;
  return lookUp(
    parts,
    distinct(Object.values(mapping).map(({ item }) => item)).map(
      (sku) => ({ kind: 'item', sku }) as const,
    ),
    ({ sku }, fact) => {
      if (fact.kind !== 'item' || fact.via === 'alias') {
        return problem({
          what: `items.mapping names item ${sku}, which does not exist in Infor`,
          means: 'every record with a SKU mapped to it is flagged',
          mend: 'Correct items.mapping, or create the item.',
        });
      }
      if (acceptedStatuses.includes(fact.status)) return null;
      return warning({
        what: `item ${sku} of items.mapping has status ${fact.status}`,
        means: 'every record with a SKU mapped to it is flagged',
        mend: 'Release the item in Infor, or add the status to items.acceptedStatuses.',
      });
    },
    'of items.mapping exist and may be traded',
  );
}

async function orderTypes(parts: InforParts): Promise<Finding[]> {
  const routes = parts.settings.orders.rules.map(({ route }) => route);
  const wanted: SetUpCode[] = [
    ...distinct(
      routes.flatMap((route) => (route.as === 'salesOrder' ? [route.orderType] : [])),
    ).map((code): SetUpCode => ({ kind: 'customerOrderType', code })),
    ...distinct(
      routes.flatMap((route) => (route.as === 'purchaseOrder' ? [route.orderType ?? ''] : [])),
    ).map((code): SetUpCode => ({ kind: 'purchaseOrderType', code })),
  ];
  if (wanted.length === 0) return [fine('none is named: customers and origins have their own')];
  const { readiness } = await parts.infor();
  const answers = await readiness.setUp(wanted);
  const findings = wanted.flatMap(({ kind, code }, index) => {
    const words = kind === 'customerOrderType' ? 'customer order type' : 'purchase order type';
    if (answers[index] === 'there') return [];
    if (answers[index] === 'unreadable') {
      return [unchecked(`${words} ${code}: this tenant does not let us look`, rehearse)];
    }
    return [
      problem({
        what: `${words} ${code} does not exist in Infor`,
        means: 'every order of that rule is refused',
        mend: 'Correct orderType under orders.rules, or set the type up in Infor.',
      }),
    ];
  });
  return findings.length > 0 ? findings : [fine(wanted.map(({ code }) => code).join(', '))];
}

const rehearse = 'Rehearse one document of each kind on a test tenant (docs/going-live.md).';

async function unreadable(parts: InforParts, kinds: DocumentKind[]): Promise<Finding[]> {
  const { readiness } = await parts.infor();
  const points = readiness.unreadable(kinds);
  if (points.length === 0) return [];
  return [unchecked(['cannot be read from here:', ...points].join('\n- '), rehearse)];
}

function distinct(values: string[]): string[] {
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))];
}
