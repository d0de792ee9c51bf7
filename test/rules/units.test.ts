import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CommandEntry, CommandSpec } from '../../src/cli/command-spec.ts';
import { commandTable } from '../../src/cli/program.ts';
import { readOverrides, reservedVariables } from '../../src/runtime/config-environment.ts';
import { projectRoot } from '../support/source-tree.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

const units = readdirSync(join(projectRoot, 'config/systemd')).map(
  (name) => `config/systemd/${name}`,
);
/** Everything that starts mlc without a person. */
const files = [
  ...units,
  'config/crontab',
  'config/Dockerfile',
  'config/compose.yaml',
  'config/github-actions-cron.yml',
];
const globalOptions = ['--config', '--database', '--json', '--verbose', '--quiet', '--as'];

/** Words after `mlc`, as each kind of file has them. */
function commandsIn(text: string): string[][] {
  const lines = [
    ...text.matchAll(/(?:bin\/mlc\.js|(?<=\s)mlc|mlc-as-service) ((?:[a-z]|--)[^\n#&|<(]*)/g),
  ]
    .map(([, words = '']) => words.trim().split(/\s+/))
    .filter(([first = '']) => commandTable.some(({ name }) => name === first));
  const lists = [...text.matchAll(/^(?:CMD|\s+command:) \[([^\]]*)\]$/gm)]
    .map(([, words = '']) => words.split(',').map((word) => word.trim().replace(/['"]/g, '')))
    .filter(([first = '']) => first !== 'node');
  return [...lines, ...lists];
}

function faultOf(words: readonly string[]): string | null {
  let entries: readonly CommandEntry[] = commandTable;
  let spec: CommandSpec | null = null;
  for (const word of words) {
    const entry = entries.find(({ name }) => name === word);
    if (entry === undefined || spec !== null) break;
    if ('commands' in entry) entries = entry.commands;
    else spec = entry;
  }
  if (spec === null) return `mlc ${words.join(' ')}: no such verb`;
  const command = new Command(spec.name);
  spec.describe(command);
  const known = [...globalOptions, ...command.options.map(({ long }) => long)];
  const odd = words.find((word) => word.startsWith('--') && !known.includes(word));
  return odd === undefined ? null : `mlc ${words.join(' ')}: no option ${odd}`;
}

describe('these checks', () => {
  it('notice a verb, an option and a variable that do not exist', () => {
    const found = commandsIn('ExecStart=/usr/bin/node /opt/mlc/bin/mlc.js sync --if-idle\n');

    expect(found.map(faultOf)).toEqual(['mlc sync --if-idle: no option --if-idle']);
    expect(faultOf(['webhooks', 'listen'])).toBe('mlc webhooks listen: no such verb');
    expect(readOverrides({ MLC_MONITOR__HOSTS: '1' }).mistakes).toHaveLength(1);
  });
});

describe.each(files)('%s', (path) => {
  const text = read(path);

  it('runs commands and options that exist', () => {
    const commands = commandsIn(text);

    expect(commands.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
    expect(commands.length).toBeGreaterThan(path.endsWith('.timer') ? -1 : 0);
  });

  it('sets variables that mean something', () => {
    const names = [...text.matchAll(/\b(MLC_[A-Z_]+)\b(?= ?[=:])/g)].map(([, name = '']) => name);
    const settings = names.filter((name) => !reservedVariables.includes(name));

    const { mistakes } = readOverrides(Object.fromEntries(settings.map((name) => [name, '1'])));

    expect(mistakes).toEqual([]);
  });

  it('names files of the project that exist', () => {
    const named = [...text.matchAll(/(?<![\w/.])(?:config|docs|bin)\/[\w./-]*\w/g)].map(
      ([found]) => found,
    );

    for (const file of named) expect(() => read(file), file).not.toThrow(/ENOENT/);
  });
});

describe('the systemd services', () => {
  const services = units.filter((path) => path.endsWith('.service'));

  it.each(services)('%s runs as nobody in particular and may write only its state', (path) => {
    const text = read(path);

    for (const line of [
      'User=mlc',
      'StateDirectory=mlc',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it.each(services)('%s may ask for the addresses that 0.0.0.0 stands for', (path) => {
    const [, families = ''] = /^RestrictAddressFamilies=(.+)$/m.exec(read(path)) ?? [];

    expect(families.split(' ')).toEqual(['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK']);
  });

  it('that stays up waits for a person after what only a person can mend', () => {
    const text = read('config/systemd/mlc-schedule.service');

    expect(text).toMatch(/^RestartPreventExitStatus=2 5$/m);
  });

  it('that stays up is watched, told apart from its helper, and always started again', () => {
    const text = read('config/systemd/mlc-schedule.service');

    expect(text).toMatch(/^Type=notify$/m);
    // systemd-notify is a process of its own; without this its word would not count.
    expect(text).toMatch(/^NotifyAccess=all$/m);
    expect(text).toMatch(/^WatchdogSec=\d+$/m);
    expect(text).toMatch(/^Restart=always$/m);
  });

  it('has a timer for the one that does not', () => {
    expect(units).toContain('config/systemd/mlc-sync.timer');
    expect(read('config/systemd/mlc-sync.service')).toMatch(/^Type=oneshot$/m);
  });
});

describe('the first steps under systemd', () => {
  const service = read('config/systemd/mlc-schedule.service');
  const wrapper = read('config/systemd/mlc-as-service');

  it('make the database, store the credentials and look, before the service is started', () => {
    const steps = [...service.matchAll(/^# +mlc-as-service ([a-z]+)/gm)].map(([, verb]) => verb);
    const atStart = service.indexOf('systemctl enable --now mlc-schedule');

    expect(steps).toEqual(['init', 'credentials', 'credentials', 'doctor', 'webhooks', 'sync']);
    expect(atStart).toBeGreaterThan(service.lastIndexOf('#   mlc-as-service'));
    expect(service).not.toMatch(/^# +sudo mlc/m);
  });

  it('go to the same user, files and key as the service', () => {
    for (const [, setting = ''] of service.matchAll(
      /^((?:User|Group|UMask|StateDirectory|StateDirectoryMode|WorkingDirectory|LoadCredential)=.+)$/gm,
    )) {
      expect(wrapper).toContain(`--property=${setting}`);
    }
    for (const [, variable = ''] of service.matchAll(
      /^Environment=(MLC_(?:CONFIG|DATABASE)=.+)$/gm,
    )) {
      expect(wrapper).toContain(`--setenv=${variable}`);
    }
    expect(wrapper).toContain('exec /usr/bin/node /opt/mlc/bin/mlc.js');
    expect(service).toContain('ExecStart=/usr/bin/node /opt/mlc/bin/mlc.js');
  });

  it('can be run', () => {
    expect(statSync(join(projectRoot, 'config/systemd/mlc-as-service')).mode & 0o111).toBe(0o111);
  });
});

describe('the container', () => {
  const dockerfile = read('config/Dockerfile');
  const compose = z
    .object({
      services: z.object({
        mlc: z.object({
          build: z.object({ dockerfile: z.string() }),
          volumes: z.array(z.string()),
          read_only: z.literal(true),
          cap_drop: z.tuple([z.literal('ALL')]),
        }),
      }),
      volumes: z.object({ data: z.object({}) }),
    })
    .parse(parse(read('config/compose.yaml')));

  it('does not run as root, says how it is, and keeps its database outside', () => {
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect(dockerfile).toContain('/healthz');
    const [, volume = ''] = /^VOLUME \["([^"]+)"\]$/m.exec(dockerfile) ?? [];
    expect(dockerfile).toContain(`MLC_DATABASE=${volume}/`);
    expect(compose.services.mlc.volumes).toContain(`data:${volume}`);
  });

  it('copies from the project only what exists', () => {
    const copied = [...dockerfile.matchAll(/^COPY --from=build (.+) \S+$/gm)]
      .flatMap(([, from = '']) => from.split(' '))
      .map((from) => from.replace('/opt/mlc/', ''))
      .filter((from) => from !== 'dist' && from !== 'node_modules');

    expect(copied.length).toBeGreaterThan(3);
    for (const path of copied) expect(() => read(path), path).not.toThrow(/ENOENT/);
  });

  it('is built from what the ignore file lets through', () => {
    const lets = read('config/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));

    for (const path of lets) expect(() => read(path), path).not.toThrow(/ENOENT/);
    expect(lets).toEqual(expect.arrayContaining(['src', 'migrations', 'scripts', 'bin', 'config']));
  });
});

describe('config/github-actions-cron.yml', () => {
  const job = parse(read('config/github-actions-cron.yml'));

  it('runs on a runner of your own, one run at a time', () => {
    expect(job.jobs.sync['runs-on']).toContain('self-hosted');
    expect(job.concurrency).toMatchObject({ 'cancel-in-progress': false });
  });

  it('carries the database in neither an artifact nor a cache', () => {
    expect(JSON.stringify(job)).not.toMatch(/artifact|cache/);
  });
});
