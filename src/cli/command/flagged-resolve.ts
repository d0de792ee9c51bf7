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
      .option('--map-to <item>', 'the SKU stands for this item')
      .option('--factor <number>', 'with --map-to: basic units of the item for one SKU')
      .option('--customer <number>', 'the value looked up stands for this customer')
      .option('--supplier <number>', 'the value looked up stands for this supplier')
      .option('--warehouse <code>', 'the fulfilment centre is this warehouse')
      .option('--facility <code>', 'with --warehouse: its facility')
      .option('--name <text>', 'with --warehouse: name of a new centre')
      .option('--time-zone <zone>', 'with --warehouse: time zone of a new centre')
      .option('--because <text>', 'why, for the audit trail')
      .addHelpText(
        'after',
        `
A mapping answers every flag of the same cause: the next run plans what they hold up. What it names
must be there in Infor. A SKU keeps the factor it has, unless another one is given.

The number of a document is checked in Infor before it is believed: it must be there, live, of the
same customer, supplier or purchase order, hold what ShipBob says, and stand for nothing else. What
it stands for is then never posted. For an order it is that of the sales or purchase order; for a
shipment, of the sales order it was issued on; for a receiving order, the receiving numbers or the
delivery note. Shipments that were issued by hand come before their order. No other run may be on.

Examples:
  mlc flagged resolve 7 --map-to COF-XMAS-250
  mlc flagged resolve 8 --map-to MUG-WHITE --factor 12
  mlc flagged resolve 9 --customer B2B005
  mlc flagged resolve 12 --posted-as 0010007777 --because "entered on 3 Nov, customer was blocked"
  mlc flagged resolve 15 --shipment 388185605 --posted-as 0010007777 --because "picked by hand"
  mlc flagged resolve 18 --posted-as 600123 600124 --because "received at the dock"

${help}`,
      );
  },
  load: () => import('./flagged-resolve-run.ts'),
};
