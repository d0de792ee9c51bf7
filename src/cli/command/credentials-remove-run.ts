import { Problem } from '../../core/problem.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { credentialName } from './credential-name.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const name = credentialName(args[0] ?? '');
  const workspace = await openWorkspace(context);
  try {
    const removed = await workspace.vault.remove(name, context.global.actor);
    if (!removed) {
      throw new Problem({
        code: 'SECRET_ABSENT',
        kind: 'rejected',
        message: `nothing is stored under ${name}`,
        hint: 'See what there is: mlc credentials list. A variable is unset where it was set.',
      });
    }
  } finally {
    await workspace.close();
  }
  if (context.output.format === 'json') context.output.json({ removed: name });
  else {
    context.output.line(`Removed ${name} from the vault.`);
    context.output.line('It is still in backups, and valid until it is revoked where it was made.');
  }
  return 0;
}
