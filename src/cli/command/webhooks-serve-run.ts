import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { runService } from '../compose-service.ts';

const verb = 'mlc webhooks serve';
const portMax = 65_535;

export function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const path = options.text('path');
  if (path !== null && !/^\/[A-Za-z0-9/_.~-]{0,200}$/.test(path)) {
    throw usageProblem(`--path takes a path that begins with /, not ${path}`, verb);
  }
  const port = options.whole('port');
  if (port !== null && port > portMax) {
    throw usageProblem(`--port takes a number up to ${portMax}, not ${port}`, verb);
  }
  return runService(context, {
    cron: 'no',
    receiver: { host: options.text('host'), port, path },
    mode: 'forever',
  });
}
