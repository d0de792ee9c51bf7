import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandEntry } from '../../src/cli/command-spec.ts';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { commandTable } from '../../src/cli/program.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { projectRoot } from '../support/source-tree.ts';

function mlc(args: string): Promise<CliResult> {
  return runCli(args.split(' ').filter(Boolean), { cwd: tmpdir() });
}

/** Every verb in words, such as `flagged list`. */
function verbs(entries: readonly CommandEntry[], before = ''): string[] {
  return entries.flatMap((entry) =>
    'commands' in entry ? verbs(entry.commands, `${before}${entry.name} `) : [before + entry.name],
  );
}

describe('mlc --version', () => {
  it('prints the version of the package and nothing else', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

    const { code, stdout, stderr } = await mlc('--version');

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('mlc --help', () => {
  it('names every verb, every exit code and the environment', async () => {
    const { code, stdout } = await mlc('--help');

    expect(code).toBe(0);
    for (const { name, summary } of commandTable) {
      expect(stdout).toContain(name);
      expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
    }
    for (const each of exitCodes) expect(stdout).toContain(`${each.code}  ${each.meaning}`);
    expect(stdout).toContain('MLC_SECRET_SHIPBOB_TOKEN');
  });

  it.each(verbs(commandTable))('mlc %s --help works from a terminal alone', async (verb) => {
    const { code, stdout, stderr } = await mlc(`${verb} --help`);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: mlc ${verb}`);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain(`mlc ${verb}`);
    expect(stdout).toContain('Exit codes:');
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

describe('wrong usage', () => {
  it.each([
    ['snyc', 'Did you mean sync?', 'mlc --help'],
    ['sync --dry-rum', '--dry-run', 'mlc sync --help'],
    ['sync ordrs', 'orders, shipments, receiving, costs, all', 'mlc sync --help'],
    ['sync --limit five', '--limit needs a whole number of at least 1', 'mlc sync --help'],
    ['sync --limit 0', '--limit needs a whole number of at least 1', 'mlc sync --help'],
    ['sync --since yesterday', '--since needs a time with its zone', '36h'],
    ['sync --since 2026-11-01T06:00:00', 'with its zone', '2026-11-01T00:00:00Z'],
    ['sync --quiet --verbose', 'exclude each other', 'mlc --help'],
    ['replay', '--since', 'mlc replay --help'],
    ['replay --since 1d --until 2d', '--since must lie before --until', 'mlc replay --help'],
    ['replay --since 1d --kind orders', 'order, receiving, charge, all', 'mlc replay --help'],
    ['replay --since 1d --id SO-7', '--id takes ShipBob ids', 'mlc replay --help'],
    ['flagged show one', "a flag's id is a number, not one", 'mlc flagged show --help'],
    ['flagged retry', 'name flags by id', 'mlc flagged retry --help'],
    ['flagged retry --reason UNKNOWN', 'there is no reason UNKNOWN', 'mlc flagged retry --help'],
    ['flagged assign --sku A ann', 'name one person (or me) before the filters', 'assign --help'],
    ['flagged list --by customer', '--by takes cause, reason, sku', 'mlc flagged list --help'],
    ['flagged list --reason NOPE', 'there is no reason NOPE', 'mlc flagged list --help'],
    ['flagged list --stream sales', 'orders, receiving or costs', 'mlc flagged list --help'],
    ['flagged list --limit 0', 'at least 1', 'mlc flagged list --help'],
    ['trace', "'id'", 'mlc trace --help'],
    ['sandbox serve --tenant poor', 'rich or poorest', 'mlc sandbox serve --help'],
  ])('mlc %s exits 2, and says what is right', async (args, what, where) => {
    const { code, stdout, stderr } = await mlc(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(what);
    expect(stderr).toContain(where);
  });

  it('is one JSON object with --json', async () => {
    const { code, stderr } = await mlc('sync ordrs --json');

    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'USAGE', kind: 'configuration', hint: 'See: mlc sync --help' },
    });
  });

  it.each(['', 'flagged', 'credentials', 'sandbox'])(
    'mlc %s alone shows its help and exits 2',
    async (args) => {
      const { code, stdout, stderr } = await mlc(args);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Commands:');
    },
  );
});
