import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { runService } from '../compose-service.ts';

export function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const once = options.given('once');
  const withWebhooks = options.given('withWebhooks');
  if (once && withWebhooks) {
    throw usageProblem('--once ends, so it cannot receive webhooks', 'mlc schedule');
  }
  return runService(context, {
    cron: 'yes',
    receiver: withWebhooks ? { host: null, port: null, path: null } : null,
    mode: once ? 'once' : 'forever',
  });
}
