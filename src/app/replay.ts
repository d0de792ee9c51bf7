import type { RecordKey } from '../core/glossary.ts';
import { receivingId } from '../core/schema.ts';
import type { Engine } from './engine.ts';
import { recheckCauses } from './facts.ts';
import { readBoxes, readOrder, type Seen, storeSeen } from './intake.ts';
import type { Observation, SourcePage, TimeWindow } from './ports.ts';
import { type RunParts, type RunResult, type RunTrouble, underLease } from './run.ts';
import { attempt, requireStart, workOff } from './sync.ts';

export interface ReplayRequest {
  window: TimeWindow;
  /** Only these ShipBob ids; empty for all in the window. */
  ids: string[];
  kind: 'order' | 'receiving' | 'charge' | 'all';
  mode: 'post' | 'plan';
}

/**
 * Reads a past stretch of ShipBob again and plans it again. Because planning always gives the same
 * documents with the same keys, only what is missing is posted. Checkpoints stay where they are.
 */
export function replay(parts: RunParts, request: ReplayRequest): Promise<RunResult> {
  return underLease(parts, 'replay', async (engine) => {
    if (request.mode === 'post') requireStart(engine);
    const troubles: RunTrouble[] = [];
    const inforUp = await attempt(troubles, 'infor', () => engine.infor.probe());
    await attempt(troubles, 'shipbob', () => readAgain(engine, request));
    if (!inforUp) return troubles;
    await attempt(troubles, 'infor', () => recheckCauses(engine));
    await attempt(troubles, 'infor', async () => {
      troubles.push(...(await workOff(engine, request.mode)));
    });
    return troubles;
  });
}

async function readAgain(engine: Engine, request: ReplayRequest): Promise<void> {
  if (request.ids.length > 0) {
    await readByIds(engine, request);
    await readBoxes(engine);
    return;
  }
  const { window } = request;
  if (request.kind === 'all' || request.kind === 'order') {
    for (const by of ['updated', 'tracking'] as const)
      await keep(engine, engine.shipbob.orders(by, window));
  }
  if (request.kind === 'all' || request.kind === 'receiving') {
    await keep(engine, engine.shipbob.receivings({ select: 'open' }));
    await keep(engine, engine.shipbob.receivings({ select: 'completed', window }));
    await keep(
      engine,
      engine.shipbob.receivings({ select: 'cancelled', insertedFromMs: window.fromMs }),
    );
  }
  if (request.kind === 'charge' || (request.kind === 'all' && engine.settings.sync.streams.costs)) {
    await keep(engine, engine.shipbob.charges(window));
  }
  await readBoxes(engine);
}

async function readByIds(engine: Engine, request: ReplayRequest): Promise<void> {
  if (request.kind !== 'receiving') {
    for (const id of request.ids) {
      const seen = await readOrder(engine, id);
      if (seen !== null) await store(engine, seen);
    }
  }
  if (request.kind === 'receiving' || request.kind === 'all') {
    const ids = request.ids.map(receivingId);
    await keep(engine, engine.shipbob.receivings({ select: 'ids', ids }));
  }
}

async function keep(
  engine: Engine,
  pages: AsyncGenerator<SourcePage<Observation['record']>>,
): Promise<void> {
  for await (const page of pages) {
    if (engine.signal.aborted) return;
    await store(engine, page);
  }
}

async function store(engine: Engine, { observations, unreadable }: Seen): Promise<void> {
  await storeSeen(engine, 'replay', { observations, unreadable, checkpointMs: null });
  const keys: RecordKey[] = observations.map(({ record }) => ({
    kind: record.kind,
    id: record.id,
  }));
  await engine.store.touchForPlanning(keys);
}
