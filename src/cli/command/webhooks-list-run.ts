import {
  type AnnouncementGap,
  type RegisteredSubscription,
  readAnnouncementGap,
  registeredSubscriptions,
} from '../../app/announcement.ts';
import type { Subscription } from '../../app/ports.ts';
import type { CommandContext } from '../command-spec.ts';
import { openSubscriptions, webhookSecretName, webhookSecretNames } from '../compose-webhooks.ts';
import { openWorkspace } from '../compose-workspace.ts';
import type { Output } from '../output.ts';
import { counted, momentText } from '../words.ts';
import { gapJson, printGap } from './webhooks-gap.ts';

interface Listed extends Subscription {
  ours: 'yes' | 'no';
  secret: 'held' | 'missing';
}

export async function run(context: CommandContext): Promise<number> {
  const workspace = await openWorkspace(context);
  const { source, close } = openSubscriptions(context, workspace);
  try {
    const all = await source.list();
    const registered = await registeredSubscriptions(workspace.store);
    const secrets = new Set(await webhookSecretNames(workspace));
    const listed = all.map((each): Listed => {
      return {
        ...each,
        ours: registered.some(({ id }) => id === each.id) ? 'yes' : 'no',
        secret: secrets.has(webhookSecretName(each.id)) ? 'held' : 'missing',
      };
    });
    const gone = registered.filter(({ id }) => !all.some((each) => each.id === id));
    const gap = await readAnnouncementGap(workspace.store);
    print(context, { listed, gone, gap });
    return 0;
  } finally {
    close();
    await workspace.close();
  }
}

function print(
  { output, clock }: CommandContext,
  facts: { listed: Listed[]; gone: RegisteredSubscription[]; gap: AnnouncementGap | null },
): void {
  const { listed, gone, gap } = facts;
  if (output.format === 'json') {
    output.json({
      subscriptions: listed.map(({ ours, ...each }) => ({ ...each, ours: ours === 'yes' })),
      gone: gone.map(({ id, url, registeredAtMs }) => ({ id, url, registeredAtMs })),
      gap: gap === null ? null : gapJson(gap),
    });
    return;
  }
  if (listed.length === 0) {
    output.line('ShipBob has no subscription of this account. See mlc webhooks register --help.');
  } else {
    printListed(output, listed);
  }
  for (const { id, registeredAtMs } of gone) {
    const since = momentText(registeredAtMs);
    output.line(
      output.paint(`Subscription ${id}, registered ${since}, is not at ShipBob any more.`, 'bad'),
    );
  }
  const disabled = listed.filter(({ state }) => state === 'disabled').length;
  if (disabled > 0) {
    output.line(
      `${counted(disabled, 'subscription')} disabled: ShipBob gave up after days of failures. Mend the receiver, register again, and delete the old one.`,
    );
  }
  if (gap !== null) {
    output.line();
    printGap(output, gap, clock.now());
  }
}

function printListed(output: Output, listed: Listed[]): void {
  output.table(
    [
      { title: 'id' },
      { title: 'state' },
      { title: 'ours' },
      { title: 'secret' },
      { title: 'created' },
      { title: 'url', cut: 'yes' },
      { title: 'topics', cut: 'under' },
    ],
    listed.map((each) => [
      each.id,
      { text: each.state, tone: each.state === 'enabled' ? 'good' : 'bad' },
      each.ours,
      each.ours === 'yes' && each.secret === 'missing'
        ? { text: 'missing', tone: 'bad' }
        : each.secret,
      momentText(each.createdAtMs),
      each.url,
      each.topics.join(', '),
    ]),
  );
}
