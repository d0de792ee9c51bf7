import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose.ts';
import { momentText } from '../words.ts';

export async function run(context: CommandContext): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const entries = await workspace.vault.list();
    const { output } = context;
    if (output.format === 'json')
      output.json({ credentials: entries.map((entry) => ({ ...entry })) });
    else if (entries.length === 0) output.line('Nothing is stored. See mlc credentials --help.');
    else {
      output.table(
        [{ title: 'name' }, { title: 'from' }, { title: 'stored' }],
        entries.map(({ name, from, updatedAtMs }) => [name, from, momentText(updatedAtMs)]),
      );
    }
    return 0;
  } finally {
    await workspace.close();
  }
}
