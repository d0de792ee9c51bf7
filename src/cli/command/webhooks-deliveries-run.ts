import type { DeliveryState, StoredDelivery } from '../../app/ports.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { momentText } from '../words.ts';

const states: readonly DeliveryState[] = ['waiting', 'done', 'kept'];
const limitDefault = 50;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const state = stateOf(options.text('state'));
  const limit = options.whole('limit', 1) ?? limitDefault;
  const workspace = await openWorkspace(context);
  try {
    const found = await workspace.store.deliveries({
      states: state === null ? null : [state],
      topic: options.text('topic'),
      limit,
    });
    const { output } = context;
    if (output.format === 'json') output.json({ deliveries: found.map(deliveryJson) });
    else if (found.length === 0) output.line('No delivery was received that fits.');
    else {
      output.table(
        [
          { title: 'id', align: 'right' },
          { title: 'received' },
          { title: 'topic' },
          { title: 'about' },
          { title: 'proof' },
          { title: 'state' },
          { title: 'what came of it', cut: 'under' },
        ],
        found.map((each) => [
          String(each.id),
          momentText(each.receivedAtMs),
          each.topic === '' ? '–' : each.topic,
          each.subject === null ? '–' : `${each.subject.kind} ${each.subject.id}`,
          each.proof,
          { text: each.state, tone: each.state === 'kept' ? 'warning' : 'muted' },
          each.outcome ?? each.keptBecause ?? '',
        ]),
      );
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

function stateOf(text: string | null): DeliveryState | null {
  if (text === null) return null;
  const state = states.find((name) => name === text);
  if (state) return state;
  throw usageProblem(`--state takes ${states.join(', ')}, not ${text}`, 'mlc webhooks deliveries');
}

/** Without the body, which may hold names and addresses. */
function deliveryJson(delivery: StoredDelivery): JsonObject {
  const { id, webhookId, topic, receivedAtMs, proof, state, doneAtMs } = delivery;
  return {
    id,
    webhookId,
    topic,
    receivedAtMs,
    proof,
    state,
    subject: delivery.subject === null ? null : { ...delivery.subject },
    keptBecause: delivery.keptBecause,
    doneAtMs,
    outcome: delivery.outcome,
  };
}
