import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const webhooksServeCommand: CommandSpec = {
  name: 'serve',
  summary: 'receive webhooks, and follow them',
  describe(command) {
    command
      .option('--host <address>', 'listen here, instead of webhooks.host')
      .option('--port <n>', 'listen on this port, instead of webhooks.port; 0 takes any free one')
      .option('--path <path>', 'where ShipBob posts to, instead of webhooks.path')
      .addHelpText(
        'after',
        `
Proves each delivery by its signature, stores it durably, answers it, and then reads what it is
about from ShipBob, as polling would. Webhooks get lost: keep polling beside it, by a crontab or
timer with mlc sync, or in one process with mlc schedule --with-webhooks.

Examples:
  mlc webhooks serve                                  behind a proxy that ends TLS
  mlc webhooks serve --host 0.0.0.0 --port 8443       with webhooks.certificate and its key

${exitCodeHelp()}`,
      );
  },
  load: () => import('./webhooks-serve-run.ts'),
};
