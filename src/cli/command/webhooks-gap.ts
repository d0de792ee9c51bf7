import { type AnnouncementGap, subscriptionWords } from '../../app/announcement.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { Output } from '../output.ts';
import { ageText, momentText } from '../words.ts';

/** What webhooks announced of what polling found, for programs. */
export function gapJson(gap: AnnouncementGap): JsonObject {
  return {
    checkedAtMs: gap.checkedAtMs,
    fromMs: gap.fromMs,
    toMs: gap.toMs,
    topics: gap.topics.map((each) => ({ ...each })),
    examples: gap.examples.map(({ record, ...each }) => ({ ...each, record: { ...record } })),
    subscriptions: gap.subscriptions.map((each) => ({ ...each })),
    listedAtMs: gap.listedAtMs,
  };
}

/** The same for people: nothing of topics of which nothing happened. */
export function printGap(output: Output, gap: AnnouncementGap, nowMs: number): void {
  for (const each of gap.subscriptions) {
    if (each.state !== 'enabled') output.line(output.paint(subscriptionWords(each), 'bad'));
  }
  const judged = gap.topics.filter(({ expected }) => expected > 0);
  const checked = `checked ${ageText(gap.checkedAtMs, nowMs)}`;
  if (judged.length === 0) {
    output.line(`Nothing that webhooks announce happened in the day judged (${checked}).`);
    return;
  }
  output.line(
    `Announced by webhook of what polling found, ${momentText(gap.fromMs)} to ${momentText(gap.toMs)} (${checked}):`,
  );
  output.table(
    [
      { title: 'topic' },
      { title: 'happened', align: 'right' },
      { title: 'announced', align: 'right' },
      { title: 'missed', align: 'right' },
      { title: 'for example', cut: 'under' },
    ],
    judged.map(({ topic, expected, announced, missed }) => [
      topic,
      String(expected),
      String(announced),
      missed > 0 ? { text: String(missed), tone: 'warning' } : '0',
      gap.examples
        .filter((each) => each.topic === topic)
        .slice(0, 3)
        .map(({ record, shipmentId }) => `${record.kind} ${record.id}${ofShipment(shipmentId)}`)
        .join(', '),
    ]),
  );
}

function ofShipment(id: string | null): string {
  return id === null ? '' : ` (shipment ${id})`;
}
