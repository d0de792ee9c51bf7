import { dayMs, startAtMs } from './simulation-calendar.ts';
import type { Violation } from './simulation-outcome.ts';
import type { Death } from './simulation-process.ts';
import type { Part, Story } from './simulation-story.ts';

/** A story in lines, in the order of its time, with what it ends in. */
export function tellStory(story: Story, violations: readonly Violation[]): string[] {
  const lines = story.parts.map((part) => ({ atMs: part.atMs, words: tellPart(part) }));
  const ends = violations.map(({ atMs, kind, words }) => ({ atMs, words: `✗ ${kind}: ${words}` }));
  return [...lines, ...ends]
    .sort((one, other) => one.atMs - other.atMs)
    .map(({ atMs, words }) => `${momentOf(atMs)}  ${words}`);
}

/** How this tenant and its network differ from the calmest ones. */
export function tellHabits({ seed, habits }: Story): string {
  const { tenant, shipbobSlowMs, slowestLegMs, mingled } = habits;
  const { confirmDelayMs, processDelayMs, purchaseOrderTransferMs, slowMs } = tenant;
  const seconds = {
    confirmDelayMs,
    processDelayMs,
    purchaseOrderTransferMs,
    slowMs,
    shipbobSlowMs,
  };
  const delays = Object.entries(seconds).map(([name, ms]) => `${name.slice(0, -2)} ${ms / 1000} s`);
  const odd = [
    ...(tenant.glListMissing ? ['no voucher list'] : []),
    ...(tenant.silentProcessErrors ? ['silent process errors'] : []),
    ...(tenant.listLimit < 1_000 ? [`lists cut at ${tenant.listLimit}`] : []),
    ...(habits.shipbobPageSize < 250 ? [`pages of ${habits.shipbobPageSize}`] : []),
    ...(mingled ? ['store calls mingled'] : []),
  ];
  return [`seed ${seed}`, ...delays, `slowest leg ${slowestLegMs / 1000} s`, ...odd].join(', ');
}

/** `day 3 14:05:09.120`, days counted from the story's first. */
export function momentOf(atMs: number): string {
  const day = Math.floor((atMs - startAtMs) / dayMs) + 1;
  return `day ${day} ${new Date(atMs).toISOString().slice(11, 23)}`;
}

export function tellPart(part: Part): string {
  switch (part.kind) {
    case 'event':
      return `${part.name}: ${tellAction(part.action)}`;
    case 'infor':
      return `${part.name}: ${tellFacts(part.change)}`;
    case 'mail':
      return `${part.name}: webhooks that are due are on their way`;
    case 'run':
      return `${part.name} begins${part.work === 'all' ? '' : ` (${part.work})`}`;
    case 'crash':
      return `${part.run} ${tellDeath(part.death)}`;
    case 'storm':
      return `any call may suffer ${part.fault}, ${(part.rate * 100).toFixed(2)} %`;
    case 'aimed':
      return `${part.run}: the next ${times(part.times)} of ${part.match}: ${part.fault}`;
    case 'fault':
      return `${part.exchange} suffers ${part.fault}`;
    case 'act':
      return `people: ${part.act}`;
  }
}

function tellAction(action: Extract<Part, { kind: 'event' }>['action']): string {
  const { kind, ...facts } = action;
  const order = 'order' in facts ? facts.order : null;
  if (order !== null && 'lines' in order) {
    const lines = order.lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
    return `${kind} ${order.id ?? order.referenceId} (${lines})`;
  }
  if ('what' in facts) return `${kind} ${tellFacts(facts.what)}`;
  return tellFacts(action);
}

function tellFacts({ kind, ...facts }: { kind: string }): string {
  const plain = Object.entries(facts).flatMap(([name, value]) =>
    typeof value === 'object' ? [] : [`${name} ${value}`],
  );
  return [kind, ...plain].join(' ');
}

function tellDeath({ point, pass, how }: Death): string {
  const place = `${point ?? 'any point'} (${pass})`;
  switch (how.kind) {
    case 'dies':
      return `dies at ${place}`;
    case 'stands':
      return `stands still for ${Math.round(how.forMs / 1000)} s at ${place}`;
    case 'forgets':
      return `dies after ${place} and loses that transaction`;
  }
}

function times(count: number): string {
  return count === 1 ? 'call' : `${count} calls`;
}
