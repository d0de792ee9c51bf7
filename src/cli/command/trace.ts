import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const traceCommand: CommandSpec = {
  name: 'trace',
  summary: 'everything about one ShipBob id, external key or Infor number',
  describe(command) {
    command
      .argument(
        '<id>',
        'order, shipment or receiving id, reference, order or PO number, key, Infor number',
      )
      .option('--raw', 'what was sent and answered, in full')
      .option('--short', 'results only, without the single calls')
      .addHelpText(
        'after',
        `
Prints the life of a record: when it was seen, what was decided and why, each turn of a document
with its calls to Infor, their outcome and duration, flags, and what people did. When several things
bear the number they are listed; order:4711, shipment:4711 or receiving:4711 means one of them.

Examples:
  mlc trace 309589638
  mlc trace R443002-1 --raw
  mlc trace shipment:388185605 --short
  mlc trace 0010000042 --json

${exitCodeHelp(['done', 'failed', 'usage'])}`,
      );
  },
  load: () => import('./trace-run.ts'),
};
