import { resolve } from 'node:path';
import type { CommandContext } from '../command-spec.ts';
import { readIonapi } from '../compose.ts';
import { openWorkspace, secretNames } from '../compose-workspace.ts';
import { readText } from './credentials-set-run.ts';

export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const text = readText(resolve(context.cwd, args[0] ?? ''));
  const { tenant, appName, gatewayUrl } = readIonapi(text);
  const workspace = await openWorkspace(context);
  try {
    const act = { actor: context.global.actor, detail: { tenant } };
    const name = secretNames.inforIonapi;
    await workspace.vault.write(name, JSON.stringify(JSON.parse(text)), act);
  } finally {
    await workspace.close();
  }
  const { output } = context;
  if (output.format === 'json') {
    output.json({ stored: secretNames.inforIonapi, tenant, appName, gatewayUrl });
    return 0;
  }
  output.line(
    `Stored ${secretNames.inforIonapi}, sealed: ${appName} of tenant ${tenant} at ${gatewayUrl}.`,
  );
  output.line('The file holds the secrets in clear: delete it now.');
  return 0;
}
