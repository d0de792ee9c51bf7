import { describe, expect, it } from 'vitest';
import type {
  CommandContext,
  CommandEntry,
  CommandModule,
  CommandSpec,
  GlobalOptions,
} from '../../src/cli/command-spec.ts';
import { createOutput, type TextSink } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createProgress } from '../../src/cli/progress.ts';
import { Problem } from '../../src/core/problem.ts';
import { createRedactor } from '../../src/runtime/redact.ts';

interface Call {
  global: GlobalOptions;
  args: readonly string[];
  options: Parameters<CommandModule['run']>[2];
}

function aVerb(details: Partial<CommandSpec> & { run?: CommandModule['run'] } = {}) {
  const calls: Call[] = [];
  let loads = 0;
  const spec: CommandSpec = {
    name: 'sync',
    summary: 'one run',
    describe: (command) => {
      command
        .argument('[streams...]')
        .option('--limit <count>', 'at most')
        .option('--dry-run', 'no')
        .option('--id <id...>', 'ids');
    },
    load: async () => {
      loads += 1;
      return {
        run: async (context, args, options) => {
          calls.push({ global: context.global, args, options });
          return details.run ? details.run(context, args, options) : 0;
        },
      };
    },
    ...details,
  };
  return { spec, calls, loads: () => loads };
}

function aSink() {
  let written = '';
  const sink: TextSink = {
    write(text) {
      written += text;
    },
  };
  return { sink, text: () => written };
}

async function run(argv: string[], commands: readonly CommandEntry[], secrets: string[] = []) {
  const stdout = aSink();
  const stderr = aSink();
  const redactor = createRedactor();
  for (const secret of secrets) redactor.register(secret);
  const environment = { USER: 'ann' };
  const clock = { now: () => 0, sleep: async () => {} };
  const createContext = (global: GlobalOptions): CommandContext => ({
    global,
    cwd: '/',
    environment,
    output: createOutput({ sink: stdout.sink, environment, format: global.format }),
    progress: createProgress({ sink: stderr.sink, environment, quiet: 'yes', clock }),
    redactor,
    clock,
    stop: new AbortController().signal,
    writeLog: (line) => stderr.sink.write(line),
  });
  const code = await runProgram({
    argv,
    version: '1.2.3',
    commands,
    stdout: stdout.sink,
    stderr: stderr.sink,
    environment,
    createContext,
    redact: redactor.redactText,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe('the command line', () => {
  it('answers --version and --help without loading a verb', async () => {
    const { spec, loads } = aVerb();

    const version = await run(['--version'], [spec]);
    const help = await run(['--help'], [spec]);
    const verbHelp = await run(['sync', '--help'], [spec]);

    expect(version).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    expect(help.stdout).toContain('one run');
    expect(help.stdout).toContain('75  another run holds the lease');
    expect(verbHelp.stdout).toContain('--dry-run');
    expect([help.code, verbHelp.code, loads()]).toEqual([0, 0, 0]);
  });

  it('hands arguments, options and global options to the verb', async () => {
    const { spec, calls } = aVerb();

    const { code } = await run(
      ['--config', 'a.yaml', 'sync', 'orders', 'costs', '--limit', '5', '--json', '--as', 'bob'],
      [spec],
    );

    const [call] = calls;
    expect(code).toBe(0);
    expect(call?.args).toEqual(['orders', 'costs']);
    expect(call?.options.whole('limit')).toBe(5);
    expect(call?.options.given('dryRun')).toBe(false);
    expect(call?.options.list('id')).toEqual([]);
    expect(call?.global).toEqual({
      config: 'a.yaml',
      database: null,
      format: 'json',
      verbosity: 'normal',
      actor: 'bob',
    });
  });

  it('takes the login name for who does it', async () => {
    const { spec, calls } = aVerb();

    await run(['sync', '--id', '1', '2'], [spec]);

    expect(calls[0]?.global.actor).toBe('ann');
    expect(calls[0]?.options.list('id')).toEqual(['1', '2']);
  });

  it('ends with the code that the verb answers', async () => {
    const { spec } = aVerb({ run: async () => 3 });

    expect((await run(['sync'], [spec])).code).toBe(3);
  });

  it('reaches the verbs of a group', async () => {
    const { spec, calls } = aVerb({ name: 'list' });
    const group = { name: 'flagged', summary: 'the queue', describe: () => {}, commands: [spec] };

    const listed = await run(['flagged', 'list', 'a'], [group]);
    const alone = await run(['flagged'], [group]);

    expect(listed.code).toBe(0);
    expect(calls[0]?.args).toEqual(['a']);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('list');
  });
});

describe('wrong usage', () => {
  it.each([
    [['sync', '--nope']],
    [['synk']],
    [[]],
    [['sync', '--limit']],
    [['sync', '--quiet', '--verbose']],
  ])('%j exits 2 and writes nothing to standard output', async (argv) => {
    const { spec, loads } = aVerb();

    const result = await run(argv, [spec]);

    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toBe('');
    expect(loads()).toBe(0);
  });

  it('is answered with what was meant and where to look', async () => {
    const { spec } = aVerb();

    const option = await run(['sync', '--dry-rum'], [spec]);
    const verb = await run(['snyc'], [spec]);

    expect(option.stderr).toContain('--dry-run');
    expect(option.stderr).toContain('mlc sync --help');
    expect(verb.stderr).toContain('Did you mean sync?');
  });

  it('is a number that is none', async () => {
    const { spec } = aVerb({
      run: async (_context, _args, options) => options.whole('limit') ?? 0,
    });

    const result = await run(['sync', '--limit', 'five'], [spec]);

    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--limit needs a whole number, not five');
  });
});

describe('a problem', () => {
  const refused = () =>
    Promise.reject(
      new Problem({
        code: 'SHIPBOB_REFUSED',
        kind: 'credentials',
        message: 'ShipBob refused the token sk-0123456789.',
        hint: 'Set a new one.',
        evidence: { status: '401' },
      }),
    );

  it('is told as message, facts and advice, without secrets', async () => {
    const { spec } = aVerb({ run: refused });

    const result = await run(['sync'], [spec], ['sk-0123456789']);

    expect(result).toEqual({
      code: 5,
      stdout: '',
      stderr:
        'mlc: ShipBob refused the token [redacted].\n  status: 401\nWhat to do: Set a new one.\n',
    });
  });

  it('is one JSON object with --json', async () => {
    const { spec } = aVerb({ run: refused });

    const result = await run(['sync', '--json'], [spec]);
    const usage = await run(['sync', '--json', '--nope'], [spec]);

    expect(JSON.parse(result.stderr)).toEqual({
      error: {
        code: 'SHIPBOB_REFUSED',
        kind: 'credentials',
        message: 'ShipBob refused the token sk-0123456789.',
        hint: 'Set a new one.',
        evidence: { status: '401' },
      },
    });
    expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('that nobody foresaw exits 1, with its stack only when asked for', async () => {
    const { spec } = aVerb({ run: () => Promise.reject(new TypeError('x is not a function')) });

    const short = await run(['sync'], [spec]);
    const long = await run(['sync', '--verbose'], [spec]);

    expect(short.code).toBe(1);
    expect(short.stderr).toContain('x is not a function');
    expect(short.stderr).not.toContain('    at ');
    expect(long.stderr).toContain('    at ');
  });
});
