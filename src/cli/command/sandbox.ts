import type { CommandGroup } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const sandboxCommand: CommandGroup = {
  name: 'sandbox',
  summary: 'both systems simulated on this machine, for rehearsals and tests',
  describe(command) {
    command.addHelpText(
      'after',
      '\nNothing here touches ShipBob or Infor: see mlc sandbox serve --help.',
    );
  },
  commands: [
    {
      name: 'serve',
      summary: 'serve a simulated ShipBob and a simulated Infor M3 on loopback',
      describe(command) {
        command
          .option(
            '--workspace <folder>',
            'write a configuration and credential files for them here',
          )
          .option('--orders <n>', 'orders in the merchant’s week (default 520)')
          .option('--days <n>', 'how long that week is: 30 makes it a month (default 7)')
          .option('--seed <n>', 'which week (default 1)')
          .option('--tenant <kind>', 'rich or poorest: what M3 offers', 'rich')
          .option('--days-passed <n>', 'how much of it is over at the start (default: all)')
          .option('--webhooks', 'send webhooks to whoever subscribed (mlc webhooks register)')
          .option('--shipbob-port <n>', 'default: any free one')
          .option('--infor-port <n>', 'default: any free one')
          .addHelpText(
            'after',
            `
Serves until it is stopped. With --workspace, in another terminal of the same folder:

  export MLC_CONFIG=FOLDER/sync.config.yaml
  mlc init && mlc credentials set shipbob --file FOLDER/shipbob-token.txt
  mlc credentials import FOLDER/mlc.ionapi && mlc sync

Each side answers without a token, for inspection and for trouble on purpose:
  GET  /__books                       its own ledger, in full
  POST /__clock   {"advanceMs":3600000}
  POST /__faults  {"script":[{"match":"OIS100MI/Confirm","kind":"gatewayTimeoutAfter","times":1}]}
  POST /__plant   does what a person does there by hand and tells nobody
  POST /__items   (Infor) adds an item;  POST /__events (ShipBob) makes something happen

Both share one clock: moving either moves both. Set MLC_CLOCK_OFFSET, e.g. 1h, so that mlc lives in
the same time.

Examples:
  mlc sandbox serve --workspace rehearsal
  mlc sandbox serve --workspace rehearsal --tenant poorest --orders 50 --seed 7
  mlc sandbox serve --workspace month --orders 5000 --days 30

${exitCodeHelp(['done', 'failed', 'usage'])}`,
          );
      },
      load: () => import('./sandbox-serve-run.ts'),
    },
  ],
};
