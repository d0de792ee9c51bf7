/**
 * The command line: global options, the table of verbs, and how an error becomes an exit code.
 *
 * To add a verb:
 * 1. Write `command/NAME.ts` with `export const nameCommand: CommandSpec = { name, summary,
 *    describe(command) { command.argument(…).option(…).addHelpText('after', …) },
 *    load: () => import('./NAME-run.ts') }` — it may import types and `exit-code.ts`, nothing
 * heavy. 2. Write `command/NAME-run.ts` with `export async function run(context, args, options)`;
 * there
 *    `compose.ts` and everything behind it may be imported, since it is loaded only when the verb
 *    runs. It answers the exit code, or throws a Problem.
 * 3. Add it to `commandTable` below. A verb with verbs of its own is a CommandGroup.
 *
 * `--json`, `--quiet`, `--config` and so on are global, are accepted before and after the verb, and
 * are in `context.global`; a verb does not declare them.
 */
import { Command, CommanderError } from 'commander';
import { type Problem, toProblem } from '../core/problem.ts';
import { alertsCommand } from './command/alerts.ts';
import { auditCommand } from './command/audit.ts';
import { backupCommand } from './command/backup.ts';
import { closeCommand } from './command/close.ts';
import { credentialsCommand } from './command/credentials.ts';
import { demoCommand } from './command/demo.ts';
import { doctorCommand } from './command/doctor.ts';
import { drillCommand } from './command/drill.ts';
import { flaggedCommand } from './command/flagged.ts';
import { initCommand } from './command/init.ts';
import { mappingCommand } from './command/mapping.ts';
import { purgeCommand } from './command/purge.ts';
import { reconcileCommand } from './command/reconcile.ts';
import { rehearseCommand } from './command/rehearse.ts';
import { replayCommand } from './command/replay.ts';
import { runsCommand } from './command/runs.ts';
import { sandboxCommand } from './command/sandbox.ts';
import { scheduleCommand } from './command/schedule.ts';
import { statusCommand } from './command/status.ts';
import { syncCommand } from './command/sync.ts';
import { traceCommand } from './command/trace.ts';
import { webhooksCommand } from './command/webhooks.ts';
import { commandOptions, usageProblem } from './command-options.ts';
import type { CommandContext, CommandEntry, CommandSpec, GlobalOptions } from './command-spec.ts';
import { exitCode, exitCodeHelp, exitCodeOf } from './exit-code.ts';
import type { TextSink } from './output.ts';
import { problemJson, problemText } from './problem-text.ts';

export const commandTable: readonly CommandEntry[] = [
  initCommand,
  doctorCommand,
  credentialsCommand,
  rehearseCommand,
  syncCommand,
  scheduleCommand,
  replayCommand,
  flaggedCommand,
  mappingCommand,
  traceCommand,
  auditCommand,
  statusCommand,
  runsCommand,
  reconcileCommand,
  closeCommand,
  backupCommand,
  purgeCommand,
  webhooksCommand,
  alertsCommand,
  sandboxCommand,
  demoCommand,
  drillCommand,
];

export interface ProgramSettings {
  /** Without the first two of `process.argv`. */
  argv: readonly string[];
  version: string;
  commands: readonly CommandEntry[];
  stdout: TextSink;
  stderr: TextSink;
  environment: Record<string, string | undefined>;
  createContext(global: GlobalOptions): CommandContext;
  /** Applied to every error before it is shown. */
  redact(text: string): string;
}

/** Runs one command line and answers its exit code; never throws. */
export async function runProgram(settings: ProgramSettings): Promise<number> {
  const { argv, stderr, redact } = settings;
  let code = exitCode('done');
  const program = buildProgram(settings, (finished) => {
    code = finished;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCode('done');
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') {
      return exitCode('usage');
    }
    const problem = asProblem(thrown, settings);
    // Read from the words themselves, since a usage error may come before they are parsed.
    const details = argv.includes('--verbose') ? 'full' : 'short';
    const json = argv.includes('--json');
    stderr.write(redact(json ? problemJson(problem) : problemText(problem, details)));
    return exitCodeOf(problem);
  }
}

function asProblem(thrown: unknown, { argv, commands }: ProgramSettings): Problem {
  if (!(thrown instanceof CommanderError)) return toProblem(thrown);
  return usageProblem(thrown.message.replace(/^error: /, ''), verbOf(argv, commands));
}

/** The verb that was meant, for the hint: commander's errors do not say which one they concern. */
function verbOf(argv: readonly string[], commands: readonly CommandEntry[]): string {
  const names = ['mlc'];
  let entries = commands;
  for (const word of argv) {
    const entry = entries.find(({ name }) => name === word);
    if (!entry) continue;
    names.push(entry.name);
    entries = 'commands' in entry ? entry.commands : [];
  }
  return names.join(' ');
}

function buildProgram(settings: ProgramSettings, finish: (code: number) => void): Command {
  const { stdout, stderr, version, environment } = settings;
  const program = new Command('mlc')
    .description('Carries orders, shipments and receipts from ShipBob into Infor, exactly once.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // runProgram says it, in one form for all errors.
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .option('--config <file>', 'configuration file (default: sync.config.yaml here)')
    .option('--database <file>', 'database, instead of the one the configuration names')
    .option('--json', 'answer in JSON; errors too, on standard error')
    .option('--verbose', 'log every step')
    .option('--quiet', 'log warnings and errors only, no progress')
    .option('--as <name>', 'who does this, for the audit trail (default: the login name)')
    .addHelpText('after', () => `\n${exitCodeHelp()}\n\n${environmentHelp}`);
  const act = async (spec: CommandSpec, command: Command) => {
    const context = settings.createContext(globalOptions(program.opts(), environment));
    const { run } = await spec.load();
    const words = commandWords(command);
    finish(await run(context, positional(command), commandOptions(command.opts(), words)));
  };
  addCommands(program, settings.commands, act);
  return program;
}

function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  act: (spec: CommandSpec, command: Command) => Promise<void>,
): void {
  for (const entry of entries) {
    // `command()` hands the output and exit settings of its parent down.
    const command = parent.command(entry.name).summary(entry.summary).description(entry.summary);
    entry.describe(command);
    if ('commands' in entry) addCommands(command, entry.commands, act);
    else command.action(() => act(entry, command));
  }
}

/** Positional arguments in order, a variadic one spread out; ones left out are not in it. */
function positional(command: Command): string[] {
  const values: unknown[] = command.processedArgs;
  return values.flat().flatMap((value) => (value === undefined ? [] : [String(value)]));
}

function commandWords(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) {
    names.unshift(each.name());
  }
  return names.join(' ');
}

function globalOptions(
  values: Record<string, unknown>,
  environment: Record<string, string | undefined>,
): GlobalOptions {
  const options = commandOptions(values, 'mlc');
  if (options.given('quiet') && options.given('verbose')) {
    throw usageProblem('--quiet and --verbose exclude each other', 'mlc');
  }
  return {
    config: options.text('config'),
    database: options.text('database'),
    format: options.given('json') ? 'json' : 'text',
    verbosity: options.given('verbose') ? 'verbose' : options.given('quiet') ? 'quiet' : 'normal',
    actor: options.text('as') ?? environment.USER ?? 'unknown',
  };
}

const environmentHelp = `Environment:
  MLC_CONFIG, MLC_DATABASE            as --config and --database
  MLC_LOG                             log level and format, such as debug or info,json
  MLC_KEY, MLC_KEY_FILE,              the key of the credentials: the key itself, a file, or a
  MLC_KEY_COMMAND                     program that prints it (default: mlc.key by the configuration)
  MLC_SECRET_SHIPBOB_TOKEN and so on  a credential, instead of the stored one
  MLC_SHIPBOB__BASE_URL and so on     any setting, here shipbob.baseUrl
  NO_COLOR                            no colours`;
