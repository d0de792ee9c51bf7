/** The process of the measured tool: the real engine, over real connections and a real database. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { InforLedger, Meter } from '../src/app/ports.ts';
import { sync } from '../src/app/sync.ts';
import { connect } from '../src/cli/compose.ts';
import type { Workspace } from '../src/cli/compose-workspace.ts';
import type { StoryClock } from '../src/runtime/clock.ts';
import type { Http } from '../src/runtime/http.ts';
import { benchContext, openBenchWorkspace } from './engine-context.ts';
import { type Answers, ownUse } from './peer.ts';
import { clockOf } from './shared-clock.ts';

export const engineSchema = z.object({
  folder: z.string(),
  create: z.enum(['yes', 'no']),
  time: z.object({ realMs: z.number(), storyMs: z.number(), speed: z.number() }),
  callsPerMinute: z.number(),
  /** `yes` tells for which step and kind of document each HTTP request was made. */
  steps: z.enum(['yes', 'no']),
  costs: z.enum(['yes', 'no']),
});

export const syncedSchema = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  waitedMs: z.number(),
  peakMiB: z.number(),
  outcome: z.string(),
  troubles: z.array(z.string()),
  seen: z.object({ orders: z.number(), receivings: z.number(), changed: z.number() }),
  planned: z.number(),
  posted: z.record(z.string(), z.number()),
  flagsRaised: z.number(),
  databaseBytes: z.number(),
  /** Rows that statements gave to the tool, and bytes that SQLite read from the file. */
  rows: z.number(),
  fileBytesRead: z.number(),
  /** HTTP requests to Infor by step and kind; empty when not asked for. */
  steps: z.record(z.string(), z.number()),
});
export type Synced = z.infer<typeof syncedSchema>;

interface Opened {
  request: z.infer<typeof engineSchema>;
  clock: StoryClock;
  workspace: Workspace;
}

let opened: Opened | null = null;

/** SQLite does not say how many rows it looked at; those it gave are counted where they leave it. */
let rowsGiven = 0;

function countRows(): void {
  const probe = new Database(':memory:');
  const prototype = Object.getPrototypeOf(probe.prepare('select 1'));
  probe.close();
  const { all } = prototype;
  prototype.all = function counted(...given: unknown[]) {
    const rows: unknown[] = Reflect.apply(all, this, given);
    rowsGiven += rows.length;
    return rows;
  };
}

/** All that this process read, from files and sockets. */
function bytesRead(): number {
  const text = readFileSync('/proc/self/io', 'utf8');
  return Number(/rchar: (\d+)/.exec(text)?.[1] ?? 0);
}

export const answers: Answers = {
  async open(about) {
    const request = engineSchema.parse(about);
    countRows();
    const clock = clockOf(request.time);
    const workspace = await openBenchWorkspace(request.folder, clock, request.create);
    opened = { request, clock, workspace: allowing(workspace, request) };
    return ownUse();
  },

  /** One `mlc sync`. */
  async sync() {
    const { request, clock, workspace } = need();
    const steps = new Map<string, number>();
    const step = new AsyncLocalStorage<string>();
    const meter: Meter = {
      called({ upstream }) {
        if (upstream !== 'infor') return;
        const name = step.getStore() ?? 'probe';
        steps.set(name, (steps.get(name) ?? 0) + 1);
      },
    };
    const before = ownUse();
    const reading = { rows: rowsGiven, bytes: bytesRead() };
    const began = performance.now();
    const watched = request.steps === 'yes';
    const connected = await connect(benchContext(request.folder, clock), workspace, {
      timed: inTime(request.time.speed),
      ...(watched ? { meter } : {}),
    });
    try {
      const { parts } = connected;
      const infor = watched ? tellingSteps(parts.infor, step) : parts.infor;
      const result = await sync(
        { ...parts, infor },
        { streams: 'all', mode: 'post', sinceMs: null, postingsMax: null },
      );
      const after = ownUse();
      return {
        wallMs: performance.now() - began,
        cpuMs: after.cpuMs - before.cpuMs,
        waitedMs: after.waitedMs - before.waitedMs,
        peakMiB: after.peakMiB,
        outcome: result.outcome,
        troubles: result.troubles.map(({ stream, message }) => `${stream}: ${message}`),
        seen: result.counts.seen,
        planned: result.counts.planned,
        posted: result.counts.posted,
        flagsRaised: result.counts.flagsRaised,
        databaseBytes: statSync(workspace.databasePath).size,
        rows: rowsGiven - reading.rows,
        fileBytesRead: bytesRead() - reading.bytes,
        steps: Object.fromEntries(steps),
      };
    } finally {
      connected.close();
    }
  },

  async advance(about) {
    const { durationMs } = z.object({ durationMs: z.number() }).parse(about);
    need().clock.advance(durationMs);
    return {};
  },

  async close() {
    await need().workspace.close();
    return ownUse();
  },
};

function need(): Opened {
  if (opened === null) throw new Error('the engine is not open');
  return opened;
}

/** The configuration does not allow more calls than ShipBob does; a simulator may. */
function allowing(workspace: Workspace, request: Opened['request']): Workspace {
  const { config } = workspace;
  const streams = { ...config.settings.sync.streams, costs: request.costs === 'yes' };
  return {
    ...workspace,
    config: {
      ...config,
      shipbob: { ...config.shipbob, callsPerMinute: request.callsPerMinute },
      settings: { ...config.settings, sync: { ...config.settings.sync, streams } },
    },
  };
}

/**
 * What an exchange took is measured in real time, and the pace follows it: told in that of the
 * clock, as M3 and the tool live by it.
 */
function inTime(speed: number): (http: Http) => Http {
  return (http) => ({
    async send(call) {
      const outcome = await http.send(call);
      return { ...outcome, durationMs: outcome.durationMs * speed };
    },
    close: () => http.close(),
  });
}

/** Each method of the port is a step; the first argument of most is the kind of document. */
function tellingSteps(infor: InforLedger, step: AsyncLocalStorage<string>): InforLedger {
  return new Proxy(infor, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        const kind = typeof given[0] === 'string' ? ` ${given[0]}` : '';
        return step.run(`${String(name)}${kind}`, () => Reflect.apply(member, target, given));
      };
    },
  });
}
