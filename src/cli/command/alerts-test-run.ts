import type { CommandContext } from '../command-spec.ts';
import { sendSample } from '../compose-alert.ts';
import { openWorkspace } from '../compose-workspace.ts';

export async function run(context: CommandContext): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    await sendSample(workspace);
  } finally {
    await workspace.close();
  }
  if (context.output.format === 'json') context.output.json({ sent: true });
  else context.output.line('Sent. Look whether it has arrived.');
  return 0;
}
