import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { loginShipbob } from '../compose-login.ts';
import { openWorkspace } from '../compose-workspace.ts';
import { momentText } from '../words.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  if (args[0] !== 'shipbob') {
    throw usageProblem('only shipbob has a login; Infor has a file to import', 'mlc credentials');
  }
  const { output } = context;
  const json = output.format === 'json';
  const from = options.given('paste') ? 'paste' : 'callback';
  const workspace = await openWorkspace(context);
  try {
    const report = await loginShipbob(context, workspace, {
      from,
      show: ({ url, callback }) => {
        for (const line of invitation(from, { url, callback })) context.writeLog(`${line}\n`);
      },
      stored: () => {
        if (!json) output.line('Logged in; the login is stored, sealed, and renews itself.');
      },
    });
    if (json) output.json({ stored: 'shipbob.login', ...report });
    else {
      output.block([
        ['token until', `${momentText(report.expiresAtMs)} (renewed before that)`],
        ['channels', report.channels.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none'],
      ]);
      for (const line of lacks(report)) output.line(line);
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

/** To standard error, so that `--json` stays one document. */
function invitation(
  from: 'paste' | 'callback',
  place: { url: string; callback: string },
): string[] {
  const open = 'Open this address in a browser and log in as the root user of the ShipBob account:';
  const then =
    from === 'callback'
      ? [`Waiting for the browser to come back to ${place.callback} (5 min).`]
      : [
          `The browser then fails to open ${place.callback}…`,
          'Copy the whole address from its address bar, paste it here and press Enter:',
        ];
  return [open, '', place.url, '', ...then];
}

function lacks(report: { missing: string[]; missingForWebhooks: string[] }): string[] {
  const lines: string[] = [];
  if (report.missing.length > 0) {
    lines.push(
      `Missing for the configured streams: ${report.missing.join(', ')}.`,
      'Allow these scopes for the application at ShipBob, then log in again.',
    );
  }
  if (report.missingForWebhooks.length > 0) {
    lines.push(`Missing, and needed for webhooks only: ${report.missingForWebhooks.join(', ')}.`);
  }
  return lines;
}
