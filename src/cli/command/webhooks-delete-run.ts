import { putRegistered, registeredSubscriptions } from '../../app/announcement.ts';
import { Problem } from '../../core/problem.ts';
import type { CommandContext } from '../command-spec.ts';
import { openSubscriptions, webhookSecretName } from '../compose-webhooks.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const id = args[0] ?? '';
  const workspace = await openWorkspace(context);
  const { source, close } = openSubscriptions(context, workspace);
  try {
    // First at ShipBob: with its secret gone, what it still sends would be refused.
    const wasThere = await source.remove(id);
    const forgotten = await forget(context, workspace, id);
    if (!wasThere && !forgotten) throw unknownSubscription(id);
    await workspace.store.act({
      actor: context.global.actor,
      action: 'webhook-deleted',
      record: null,
      detail: { subscription: id, wasAtShipbob: wasThere },
      nowMs: context.clock.now(),
    });
    const { output } = context;
    if (output.format === 'json') {
      output.json({ deleted: id, wasAtShipbob: wasThere, secretForgotten: forgotten });
    } else {
      output.line(
        wasThere
          ? `Subscription ${id} is deleted${forgotten ? ', and its secret forgotten' : ''}.`
          : `ShipBob had no subscription ${id}; its secret is forgotten here.`,
      );
    }
    return 0;
  } finally {
    close();
    await workspace.close();
  }
}

/** True when anything of it was known here. */
async function forget(
  context: CommandContext,
  { store, vault }: Workspace,
  id: string,
): Promise<boolean> {
  const registered = await registeredSubscriptions(store);
  const others = registered.filter((each) => each.id !== id);
  const known = others.length < registered.length;
  if (known) await putRegistered(store, others);
  const held = await vault.remove(webhookSecretName(id), context.global.actor);
  return held || known;
}

function unknownSubscription(id: string): Problem {
  return new Problem({
    code: 'WEBHOOK_UNKNOWN',
    kind: 'configuration',
    message: `there is no webhook subscription ${id}`,
    hint: 'See which there are: mlc webhooks list',
  });
}
