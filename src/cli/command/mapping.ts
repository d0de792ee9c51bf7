import type { Command } from 'commander';
import type { MappingKind } from '../../core/mapping.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

const help = exitCodeHelp(['done', 'failed', 'usage']);
const askingHelp = exitCodeHelp(['done', 'failed', 'usage', 'unavailable', 'credentials']);

/** How every `set` ends: when it counts, why, and whether Infor is asked. */
function common(command: Command, examples: string): void {
  command
    .option(
      '--from <date>',
      'begins then, such as 2026-12-01 or 2026-12-01T06:00:00Z (default: now)',
    )
    .option('--to <date>', 'ends then (default: when another one begins)')
    .option('--because <text>', 'why, for whoever asks later')
    .option('--offline', 'do not ask Infor whether it exists')
    .addHelpText('after', `\nExamples:\n${examples}\n\n${askingHelp}`);
}

function setCommand(
  kind: MappingKind,
  summary: string,
  describe: (command: Command) => void,
): CommandSpec {
  return {
    name: kind,
    summary,
    describe,
    async load() {
      const { runSet } = await import('./mapping-set-run.ts');
      return { run: (context, args, options) => runSet(kind, { context, args, options }) };
    },
  };
}

const setGroup: CommandGroup = {
  name: 'set',
  summary: 'say which Infor code stands for a ShipBob value',
  describe(command) {
    command.addHelpText(
      'after',
      `
What is set goes before the configuration. It counts for all that is planned from its beginning
on: what was posted stays, and what still waits is planned anew by the next run.`,
    );
  },
  commands: [
    setCommand('sku', 'a SKU, or SKU@UNIT for a pack, stands for an item', (command) => {
      command
        .argument('<sku>', 'as ShipBob has it; SKU@CS for its cases')
        .argument('<item>', 'the item number in Infor')
        .option(
          '--factor <n>',
          'basic units in one of it (default: what it was; 1 when it is new)',
        );
      common(
        command,
        `  mlc mapping set sku MUG-OLD MUG-WHITE
  mlc mapping set sku COFFEE-12PK COFFEE-DARK --factor 12 --because "sold as a pack"
  mlc mapping set sku COFFEE-DARK@CS COFFEE-DARK --factor 24`,
      );
    }),
    setCommand('customer', 'what rules look up stands for a customer', (command) => {
      command
        .argument('<value>', 'such as the e-mail address that ordered')
        .argument('<number>', 'the customer number in Infor')
        .option('--list <name>', 'the table under lookups (default: the one that rules use)');
      common(command, '  mlc mapping set customer buying@bigbox.example BIGBOX');
    }),
    setCommand('supplier', 'what rules look up stands for a supplier', (command) => {
      command
        .argument('<value>', 'such as a channel id')
        .argument('<number>', 'the supplier number in Infor')
        .option('--list <name>', 'the table under lookups (default: the one that rules use)');
      common(command, '  mlc mapping set supplier 432951 SB0001 --list suppliers');
    }),
    setCommand('centre', 'a fulfilment centre stands for a warehouse', (command) => {
      command
        .argument('<id>', "ShipBob's id of the centre")
        .option('--warehouse <code>', 'warehouse in Infor')
        .option('--facility <code>', 'facility of that warehouse')
        .option('--name <text>', 'its name, for people')
        .option('--time-zone <zone>', 'IANA name; movements are dated by its calendar')
        .option('--receiving-location <code>', "where receipts are put away; '' leaves it to Infor")
        .option('--picking-location <code>', "where issues are taken from; '' leaves it to Infor")
        .option('--book-as <id>', "a hub: the centre where its goods end up; '' for none");
      common(
        command,
        `  mlc mapping set centre 211 --warehouse 003 --from 2026-12-01
  mlc mapping set centre 305 --name "Reno (NV)" --warehouse 004 --facility A01 \\
    --time-zone America/Los_Angeles`,
      );
    }),
    setCommand('account', 'a fee is booked on these accounts, or not at all', (command) => {
      command
        .argument('<fee>', "ShipBob's name of it, such as Shipping")
        .option('--type <type>', 'only these: charge, refund or credit (default: all three)')
        .option('--debit <dimensions>', 'dimensions 1 to 7 with commas between, the account first')
        .option('--credit <dimensions>', 'the same of the other side')
        .option('--skip <reason>', 'record it without a journal');
      common(
        command,
        `  mlc mapping set account Shipping --debit 6200,CC100 --credit 2450
  mlc mapping set account "Storage Fee" --skip "booked from the invoice"`,
      );
    }),
  ],
};

export const mappingCommand: CommandGroup = {
  name: 'mapping',
  summary: 'which Infor code stands for a ShipBob value: list, set, remove, import, export, check',
  describe(command) {
    command.addHelpText(
      'after',
      `
Mappings set here go before the configuration (items.mapping, lookups, centres, costs.rules).
Every change is kept with who, when and why.`,
    );
  },
  commands: [
    {
      name: 'list',
      summary: 'what stands for what, and who said so',
      describe(command) {
        command
          .option('--kind <kind...>', 'only these: sku, customer, supplier, centre, account')
          .option('--all', 'also what ended, and what a mapping stands before')
          .addHelpText(
            'after',
            `\nExamples:\n  mlc mapping list\n  mlc mapping list --kind sku --all --json\n\n${help}`,
          );
      },
      load: () => import('./mapping-list-run.ts'),
    },
    setGroup,
    {
      name: 'remove',
      summary: 'end a mapping: the configuration decides again',
      describe(command) {
        command
          .argument('<kind>', 'sku, customer, supplier, centre or account')
          .argument('<source>', 'as in `mlc mapping list`')
          .option('--list <name>', 'of customers and suppliers: the table under lookups')
          .option('--type <type>', 'of accounts: charge, refund or credit')
          .option('--because <text>', 'why, for whoever asks later')
          .addHelpText(
            'after',
            `\nWhat is set to begin later is removed with it.\n\nExamples:\n  mlc mapping remove sku COFFEE-12PK\n\n${help}`,
          );
      },
      load: () => import('./mapping-remove-run.ts'),
    },
    {
      name: 'export',
      summary: 'write the mappings in force as CSV',
      describe(command) {
        command
          .argument('[file]', 'where to (default: -, standard output)')
          .option('--kind <kind...>', 'only these: sku, customer, supplier, centre, account')
          .addHelpText(
            'after',
            `\nExamples:\n  mlc mapping export mappings.csv\n  mlc mapping export --kind sku > skus.csv\n\n${help}`,
          );
      },
      load: () => import('./mapping-export-run.ts'),
    },
    {
      name: 'import',
      summary: 'read mappings from CSV; shows what would change, and with --apply does it',
      describe(command) {
        command
          .argument('<file>', 'as `mlc mapping export` writes it')
          .option('--apply', 'do it: all of it, or nothing when a line is wrong')
          .option('--prune', 'also remove mappings of the same kinds that the file does not name')
          .option('--from <date>', 'all of it begins then (default: now)')
          .option('--because <text>', 'why, for whoever asks later')
          .addHelpText(
            'after',
            `\nExamples:\n  mlc mapping import mappings.csv\n  mlc mapping import mappings.csv --apply --because "new packs"\n\n${help}`,
          );
      },
      load: () => import('./mapping-import-run.ts'),
    },
    {
      name: 'check',
      summary: 'ask Infor for every mapping, and say which shipped SKUs would be flagged today',
      describe(command) {
        command
          .option('--days <n>', 'how far back shipments are looked at (default 90)')
          .option('--fail-on-flagged', 'exit 3 when a mapping is wrong or a SKU would be flagged')
          .addHelpText(
            'after',
            `
Shipments are those stored by earlier runs. Nothing is changed, here or in Infor.

Examples:
  mlc mapping check
  mlc mapping check --days 30 --json

${exitCodeHelp(['done', 'failed', 'usage', 'flagged', 'unavailable', 'credentials'])}`,
          );
      },
      load: () => import('./mapping-check-run.ts'),
    },
  ],
};
