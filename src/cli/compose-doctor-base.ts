/** The configuration, key and database as `mlc doctor` meets them. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import type { Machine } from '../app/ports.ts';
import type { RunParts } from '../app/run.ts';
import type { Config } from '../runtime/config.ts';
import { createLog } from '../runtime/log.ts';
import { createMachine } from '../runtime/machine.ts';
import { createVault, type Vault } from '../runtime/vault.ts';
import type { CommandContext } from './command-spec.ts';
import { type KeyedStore, openKeyed } from './compose-key.ts';
import { configDirOf } from './compose-workspace.ts';

/** What every check of the doctor stands on. */
export interface Base {
  context: CommandContext;
  config: Config;
  machine: Machine;
  log: RunParts['log'];
  /** Each opens once, and throws the same Problem each time. */
  keyed(): Promise<KeyedStore>;
  vault: Vault;
  close(): Promise<void>;
}

/** Opens nothing yet: what is needed is opened by the check that needs it first. */
export function openBase(context: CommandContext, config: Config): Base {
  const { environment, clock, redactor } = context;
  const configDir = configDirOf(context, config);
  const request = {
    environment,
    clock,
    configDir,
    databasePath: config.database,
    create: 'no',
    // A doctor changes nothing: the next command completes a rotation.
    heal: 'no',
  } as const;
  const keyed = once(async () => {
    // Nor does it upgrade a database that an older mlc may be at work on: this refuses one.
    const seen = await openKeyed({ ...request, readOnly: 'yes' });
    await seen.store.close();
    return openKeyed(request);
  });
  const log = createLog({
    level: context.global.verbosity === 'verbose' ? 'debug' : 'error',
    format: config.log.format,
    redactor,
    clock,
    write: context.writeLog,
  });
  const machine = createMachine();
  const vault = lazyVault(context, keyed);
  return {
    context,
    config,
    machine,
    log,
    keyed,
    vault,
    async close() {
      const opened = keyed.begun() ? await keyed().catch(() => null) : null;
      await opened?.store.close();
    },
  };
}

/** Opens at the first call, and answers or throws the same ever after. */
export function once<T>(open: () => Promise<T>): (() => Promise<T>) & { begun(): boolean } {
  let opened: Promise<T> | null = null;
  const get = () => {
    opened ??= open();
    return opened;
  };
  return Object.assign(get, { begun: () => opened !== null });
}

/** Without a database the variables `MLC_SECRET_…` may still hold the credentials. */
function lazyVault({ environment, clock, redactor }: CommandContext, keyed: Base['keyed']): Vault {
  const about = { clock, environment, register: redactor.register };
  const empty = {
    sealed: async () => null,
    putSealed: async () => undefined,
    sealedNames: async () => [],
    removeSealed: async () => false,
  };
  const vault = async () => {
    const opened = await keyed().catch(() => null);
    const key = opened?.keys.vault ?? new Uint8Array(randomBytes(32));
    return createVault({ store: opened?.store ?? empty, key, ...about });
  };
  return {
    read: async (name) => (await vault()).read(name),
    write: async (name, value) => (await vault()).write(name, value),
    list: async () => (await vault()).list(),
    remove: async (name, actor) => (await vault()).remove(name, actor),
  };
}
