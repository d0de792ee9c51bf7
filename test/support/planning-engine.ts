import type { InforLedger, ShipbobSource } from '../../src/app/ports.ts';
import type { MasterFact, MasterNeed, SourceRecord } from '../../src/core/glossary.ts';
import { needKey } from '../../src/core/master.ts';
import { someFacts } from './builders-facts.ts';
import { scriptedLedger, type TestEngine, testEngine } from './scripted-ledger.ts';

/** A test engine whose Infor and ShipBob know the usual master data. */
export async function planningEngine(
  overrides: Parameters<typeof testEngine>[1] = {},
  facts: ReadonlyMap<string, MasterFact> = someFacts().build(),
): Promise<TestEngine> {
  const answer = (needs: MasterNeed[]) =>
    Promise.resolve(needs.map((need) => facts.get(needKey(need)) ?? { kind: 'absent' as const }));
  const infor: InforLedger = { ...scriptedLedger().ledger, masterData: answer };
  const made = await testEngine(infor, overrides);
  const shipbob: ShipbobSource = { ...made.engine.shipbob, catalogue: answer };
  made.engine.shipbob = shipbob;
  return made;
}

/** Stores the records as read now. */
export async function observe(made: TestEngine, ...records: SourceRecord[]): Promise<void> {
  const nowMs = made.clock.now();
  await made.store.saveObservations(made.engine.fence, {
    stream: 'orders',
    nowMs,
    observations: records.map((record) => ({ record, startedAtMs: nowMs })),
    unreadable: [],
    checkpointMs: null,
  });
}
