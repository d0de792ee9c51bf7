import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const help = exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials', 'busy']);

export const flaggedResolveCommand: CommandSpec = {
  name: 'resolve',
  summary: 'answer a question: booked by hand as NUMBER, or this SKU is that item',
  describe(command) {
    command
      .argument('<id...>', 'numbers from `mlc flagged list`')
      .option('--posted-as <number...>', 'it was entered in Infor by hand under this number')
      .option('--shipment <id>', 'with --posted-as: the goods of this shipment, not the order')
      .option('--delivery <number>', 'with --posted-as: only this delivery of the sales order')
      .option('--purchase-order <number>', 'with --posted-as: the order it was received on')
      .option('--accept-difference', 'with --posted-as: it stands although it differs')
      .option('--because <text>', 'why, for the audit trail')
      .addHelpText(
        'after',
        `
The number is checked in Infor before it is believed: the document must be there, live, of the same
customer, supplier or purchase order, hold what ShipBob says, and stand for nothing else. What it
stands for is then never posted. For an order it is the number of the sales or purchase order, for a
shipment that of the sales order it was issued on, for a receiving order the receiving numbers or
the delivery note. No other run may be on meanwhile.

Examples:
  mlc flagged resolve 12 --posted-as 0010007777 --because "entered on 3 Nov, customer was blocked"
  mlc flagged resolve 15 --shipment 388185605 --posted-as 0010007777 --because "picked by hand"
  mlc flagged resolve 18 --posted-as 600123 600124 --because "received at the dock"

${help}`,
      );
  },
  load: () => import('./flagged-resolve-run.ts'),
};
