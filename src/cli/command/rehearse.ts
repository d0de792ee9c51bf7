import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const rehearseCommand: CommandSpec = {
  name: 'rehearse',
  summary: 'plan the last days against the real systems, and list what would be posted',
  describe(command) {
    command
      .option('--days <n>', 'so many whole days back, and today', '7')
      .option('--compare <file>', 'what people booked by hand in these days, as CSV')
      .option('--compare-template', 'print an empty CSV for --compare, with one example row')
      .option(
        '--csv <file>',
        'write what would be posted and flagged into this file, one row a line',
      )
      .option('--limit <n>', 'show at most so many rows of each list', '200')
      .option('--fail-on-flagged', 'exit 3 when anything would be flagged')
      .option('--fail-on-difference', 'exit 3 when --compare finds a difference')
      .addHelpText(
        'after',
        `
Does everything that a run does, but for staging and committing: reads ShipBob and Infor, plans
every record of these days as if they lay after the cut-over, and looks each document up in Infor.
It works on an empty database in memory and writes nothing anywhere, so it may be run at any time,
beside people who book by hand and beside a schedule.

Examples:
  mlc rehearse                                      the last seven days
  mlc rehearse --compare-template > by-hand.csv     fill it in, or export it from Infor
  mlc rehearse --days 5 --compare by-hand.csv       where mlc and people differ
  mlc rehearse --csv rehearsal.csv                  for a spreadsheet

${exitCodeHelp(['done', 'failed', 'usage', 'flagged', 'unavailable', 'credentials'])}`,
      );
  },
  load: () => import('./rehearse-run.ts'),
};
