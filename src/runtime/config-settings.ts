/** Turns the checked file into the plain values that planning and the engine read. */

import { limits } from '../core/limits.ts';
import { canonicalAmount, canonicalQuantity } from '../core/schema.ts';
import type {
  CostRule,
  CostSettings,
  ItemSettings,
  OrderRule,
  PostingSettings,
  Settings,
  SyncSettings,
} from '../core/settings.ts';
import type { ConfigFile } from './config-schema.ts';

export function settingsOf(file: ConfigFile): Settings {
  return {
    sync: syncOf(file.sync),
    orders: { ...file.orders, rules: file.orders.rules.map(orderRuleOf) },
    centres: file.centres,
    shipments: file.shipments,
    receiving: file.receiving,
    costs: costsOf(file),
    items: itemsOf(file.items),
    lookups: file.lookups,
    webhooks: { keepMs: file.webhooks.keep, announceWithinMs: file.webhooks.announceWithin },
    privacy: { keepPersonalDataMs: file.privacy.keepPersonalData },
    history: {
      packAfterMs: file.history.packAfter,
      keepExchangesMs: file.history.keepExchanges,
    },
    posting: postingOf(file.posting),
    limits: {
      flaggedShareMax: file.limits.flaggedShareMax,
      flaggedShareMinimum: file.limits.flaggedShareMinimum,
      amountMax: file.limits.amountMax === null ? null : canonicalAmount(file.limits.amountMax),
    },
  };
}

function syncOf(sync: ConfigFile['sync']): SyncSettings {
  return {
    startFromMs: sync.startFrom,
    overlapMs: sync.overlap,
    lagMs: sync.lag,
    windowMsMax: sync.windowMax,
    creationSweepMs: sync.creationSweep,
    creationSweepEveryMs: sync.creationSweepEvery,
    streams: sync.streams,
  };
}

function orderRuleOf({ when, ...route }: ConfigFile['orders']['rules'][number]): OrderRule {
  return { when, route };
}

function costsOf(file: ConfigFile): CostSettings {
  return {
    division: file.costs.division ?? file.infor.division,
    voucherGroup: file.costs.voucherGroup,
    rules: file.costs.rules.map(costRuleOf),
  };
}

function costRuleOf(rule: ConfigFile['costs']['rules'][number]): CostRule {
  if (rule.as === 'skip') return { when: rule.when, as: { skip: rule.reason } };
  return { when: rule.when, as: { journal: { debit: rule.debit, credit: rule.credit } } };
}

function itemsOf(items: ConfigFile['items']): ItemSettings {
  const mapping: ItemSettings['mapping'] = {};
  for (const [sku, given] of Object.entries(items.mapping)) {
    const { item, factor } = typeof given === 'string' ? { item: given, factor: '1' } : given;
    mapping[sku] = { item, factor: canonicalQuantity(factor) };
  }
  return { acceptedStatuses: items.acceptedStatuses, mapping };
}

function postingOf(posting: ConfigFile['posting']): PostingSettings {
  return {
    recordsPerPlan: limits.recordsPerPlan,
    batchSize: posting.batchSize,
    concurrency: posting.concurrency,
    retry: retryOf(posting.retry),
    unknown: {
      firstLookupAfterMs: posting.unknown.firstLookupAfter,
      quietMs: posting.unknown.quiet,
      lookupGapMs: posting.unknown.lookupGap,
      giveUpAfterMs: posting.unknown.giveUpAfter,
      waitInRunMs: posting.unknown.waitInRun,
    },
    processingMsMax: posting.processingMax,
  };
}

/** Backoff in milliseconds. */
export interface RetrySettings {
  baseMs: number;
  capMs: number;
  deadlineMs: number;
}

export function retryOf(retry: { base: number; cap: number; deadline: number }): RetrySettings {
  return { baseMs: retry.base, capMs: retry.cap, deadlineMs: retry.deadline };
}
