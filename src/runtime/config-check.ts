/**
 * What a schema cannot say: settings that need one another. Each check answers mistakes; all run,
 * so that one round of editing is enough.
 */
import type { Mistake } from './config-mistake.ts';
import type { ConfigFile } from './config-schema.ts';
import { nearest } from './config-suggestion.ts';

interface Finding {
  path: PropertyKey[];
  found: string;
  allowed: string;
  mend: string;
}

export function crossMistakes(file: ConfigFile): Mistake[] {
  const findings = [
    ...centreFindings(file),
    ...ruleFindings(file),
    ...priceFindings(file),
    ...patternFindings(file),
    ...neededFindings(file),
    ...costFindings(file),
    ...timingFindings(file),
    ...keepFindings(file),
    ...historyFindings(file),
  ];
  return findings.map((finding) => ({ ...finding, variable: null }));
}

function centreFindings({ centres, orders }: ConfigFile): Finding[] {
  const ids = centres.map((centre) => centre.id);
  const findings: Finding[] = [];
  const reference = (path: PropertyKey[], id: string) => {
    if (ids.includes(id)) return;
    const near = nearest(id, ids);
    findings.push({
      path,
      found: `"${id}", which is no centre's id`,
      allowed: `one of: ${ids.join(', ')}`,
      mend: near === null ? 'Add that centre to centres.' : `Did you mean ${near}?`,
    });
  };
  centres.forEach((centre, index) => {
    if (ids.indexOf(centre.id) !== index) {
      findings.push({
        path: ['centres', index, 'id'],
        found: `"${centre.id}" a second time`,
        allowed: 'each centre once',
        mend: 'Remove one of the two.',
      });
    }
    if (centre.bookAs !== null) reference(['centres', index, 'bookAs'], centre.bookAs);
    const target = centres.find((other) => other.id === centre.bookAs);
    if (target && (target === centre || target.bookAs !== null)) {
      findings.push({
        path: ['centres', index, 'bookAs'],
        found: `"${centre.bookAs}", which is ${target === centre ? 'itself' : 'a hub too'}`,
        allowed: 'a centre whose own bookAs is null',
        mend: 'Name the centre where the goods end up.',
      });
    }
  });
  reference(['orders', 'defaultCentre'], orders.defaultCentre);
  return findings;
}

function ruleFindings({ orders, lookups }: ConfigFile): Finding[] {
  const tables = Object.keys(lookups);
  const findings: Finding[] = [];
  orders.rules.forEach((rule, index) => {
    const source =
      rule.as === 'salesOrder' ? rule.customer : rule.as === 'purchaseOrder' ? rule.supplier : null;
    if (source === null || 'fixed' in source || tables.includes(source.lookup)) return;
    const near = nearest(source.lookup, tables);
    findings.push({
      path: [
        'orders',
        'rules',
        index,
        rule.as === 'salesOrder' ? 'customer' : 'supplier',
        'lookup',
      ],
      found: `"${source.lookup}", which is no table`,
      allowed: tables.length === 0 ? 'a table under lookups' : `one of: ${tables.join(', ')}`,
      mend: near === null ? `Add lookups.${source.lookup}.` : `Did you mean ${near}?`,
    });
  });
  const first = orders.rules.findIndex((rule) =>
    Object.values(rule.when).every((condition) => condition === null),
  );
  if (first >= 0 && first < orders.rules.length - 1) {
    findings.push({
      path: ['orders', 'rules', first, 'when'],
      found: 'a rule that always matches, with rules after it',
      allowed: 'an empty condition in the last rule only',
      mend: 'Move this rule to the end, or give it a condition.',
    });
  }
  return findings;
}

function priceFindings({ orders }: ConfigFile): Finding[] {
  if (orders.currency !== null || (orders.prices === 'infor' && orders.shippingCharge === null)) {
    return [];
  }
  return [
    {
      path: ['orders', 'currency'],
      found: 'nothing',
      allowed: 'a currency code such as USD, when amounts come from ShipBob',
      mend: 'Add orders.currency, or set orders.prices to infor and no shippingCharge.',
    },
  ];
}

function patternFindings({ receiving }: ConfigFile): Finding[] {
  const { pattern, group } = receiving.purchaseOrder;
  const groups = groupCount(pattern);
  if (groups === null) {
    return [
      {
        path: ['receiving', 'purchaseOrder', 'pattern'],
        found: JSON.stringify(pattern),
        allowed: 'a regular expression',
        mend: 'Check its brackets and backslashes; single quotes in YAML keep backslashes.',
      },
    ];
  }
  if (group <= groups) return [];
  return [
    {
      path: ['receiving', 'purchaseOrder', 'group'],
      found: String(group),
      allowed: `0 to ${groups}, since the pattern has ${groups} groups`,
      mend: 'Put brackets around the number in the pattern, or lower group.',
    },
  ];
}

/** How many groups a pattern has; null when it is not a regular expression. */
function groupCount(pattern: string): number | null {
  try {
    // With an empty alternative it always matches, so the answer shows every group.
    return (new RegExp(`${pattern}|`, 'u').exec('')?.length ?? 1) - 1;
  } catch {
    return null;
  }
}

/** What Infor needs to be told for the kinds of document that this configuration can make. */
function neededFindings({ infor, orders, sync }: ConfigFile): Finding[] {
  const routes = new Set<string>(orders.rules.map((rule) => rule.as));
  const issuesStock = orders.rules.some(
    (rule) =>
      rule.as === 'issueOnly' || (rule.as === 'purchaseOrder' && rule.thenIssueReason !== null),
  );
  const { issue, receipt, stock, purchaseOrders, journal } = infor;
  const needs = [
    {
      why: 'sales orders ship',
      needed: sync.streams.orders && routes.has('salesOrder'),
      given: { partner: issue.partner ?? infor.partner, 'issue.messageType': issue.messageType },
    },
    {
      why: 'goods are received',
      needed: sync.streams.receiving,
      given: {
        partner: receipt.partner ?? infor.partner,
        'receipt.messageType': receipt.messageType,
      },
    },
    {
      why: 'a rule issues goods without a sales order',
      needed: issuesStock,
      given: { partner: stock.partner ?? infor.partner, 'stock.messageType': stock.messageType },
    },
    {
      why: 'a rule makes purchase orders',
      needed: routes.has('purchaseOrder'),
      given: {
        'purchaseOrders.requester': purchaseOrders.requester,
        'purchaseOrders.origin': purchaseOrders.origin,
      },
    },
    {
      why: 'sync.streams.costs is on',
      needed: sync.streams.costs,
      given: { 'journal.interface': journal.interface },
    },
  ];
  const missing = new Map<string, string>();
  for (const { why, needed, given } of needs) {
    if (!needed) continue;
    for (const [name, value] of Object.entries(given)) {
      if (value === null && !missing.has(name)) missing.set(name, why);
    }
  }
  return [...missing].map(([name, why]) => ({
    path: ['infor', ...name.split('.')],
    found: 'nothing',
    allowed: `a code set up in Infor, needed because ${why}`,
    mend: `Add infor.${name}, or leave that part out.`,
  }));
}

function costFindings({ costs, sync }: ConfigFile): Finding[] {
  if (!sync.streams.costs || costs.rules.length > 0) return [];
  return [
    {
      path: ['costs', 'rules'],
      found: 'no rule',
      allowed: 'at least one rule while sync.streams.costs is on',
      mend: 'Add a rule under costs.rules, or turn the stream off.',
    },
  ];
}

/** Orders of magnitude on which the promise of one effect rests (posting protocol §1). */
/** ShipBob repeats a message for 27.6 h (reference: shipbob-api §9.4). */
const repeatedForMs = 28 * 3_600_000;
const lookedBackMs = 24 * 3_600_000;

/** What is forgotten too soon is taken for new when it is repeated, and for missed when not. */
function keepFindings({ webhooks }: ConfigFile): Finding[] {
  const leastMs = Math.max(repeatedForMs, lookedBackMs + webhooks.announceWithin);
  if (webhooks.keep >= leastMs) return [];
  const hours = Math.ceil(leastMs / 3_600_000);
  return [
    {
      path: ['webhooks', 'keep'],
      found: `${webhooks.keep} ms`,
      allowed: `at least ${hours}h: ShipBob repeats a delivery for 28h, and a day back is looked for missed ones`,
      mend: `Write ${hours}h or more.`,
    },
  ];
}

/** Only what was packed is removed by age: a promise that is not kept would look like one. */
function historyFindings({ history }: ConfigFile): Finding[] {
  const { packAfter, keepExchanges } = history;
  if (keepExchanges === null || (packAfter !== null && packAfter <= keepExchanges)) return [];
  return [
    {
      path: ['history', 'packAfter'],
      found: packAfter === null ? 'null' : `${packAfter} ms`,
      allowed:
        'no longer than history.keepExchanges, which removes what was packed and nothing else',
      mend: 'Write 1h, or set history.keepExchanges to null.',
    },
  ];
}

function timingFindings({ infor, posting, shipbob, sync }: ConfigFile): Finding[] {
  const { unknown, retry } = posting;
  const pairs: { path: string; valueMs: number; than: string; boundMs: number }[] = [
    longer(
      'posting.unknown.firstLookupAfter',
      unknown.firstLookupAfter,
      'infor.gatewayTimeout',
      infor.gatewayTimeout,
    ),
    longer('posting.unknown.quiet', unknown.quiet, 'infor.gatewayTimeout', infor.gatewayTimeout),
    longer(
      'posting.unknown.giveUpAfter',
      unknown.giveUpAfter,
      'posting.unknown.quiet',
      unknown.quiet,
    ),
    longer('posting.retry.cap', retry.cap, 'posting.retry.base', retry.base),
    longer('posting.retry.deadline', retry.deadline, 'posting.retry.cap', retry.cap),
    longer('infor.retry.cap', infor.retry.cap, 'infor.retry.base', infor.retry.base),
    longer('shipbob.retry.cap', shipbob.retry.cap, 'shipbob.retry.base', shipbob.retry.base),
    longer('sync.windowMax', sync.windowMax, 'sync.overlap', sync.overlap),
  ];
  return pairs
    .filter(({ valueMs, boundMs }) => valueMs < boundMs)
    .map(({ path, valueMs, than, boundMs }) => ({
      path: path.split('.'),
      found: `${valueMs} ms`,
      allowed: `at least ${than}, which is ${boundMs} ms`,
      mend: `Raise ${path}, or lower ${than}.`,
    }));
}

function longer(path: string, valueMs: number, than: string, boundMs: number) {
  return { path, valueMs, than, boundMs };
}
