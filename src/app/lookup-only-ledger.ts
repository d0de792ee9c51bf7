import { defect } from '../core/problem.ts';
import type { InforLedger, WriteJournal } from './ports.ts';

/**
 * Infor as it may be read. Whatever would write is a defect here, so that nothing which works on it
 * can write, however it comes about: no step asks whether it may. Reads get a journal in which
 * nothing can be announced, and no write call is ever made unannounced (design §4).
 */
export function lookupOnlyLedger(infor: InforLedger): InforLedger {
  const refuse = (step: string) => async (): Promise<never> => {
    throw defect(`${step} was asked of an Infor that may only be read`);
  };
  const readOnly = (journal: WriteJournal): WriteJournal => ({
    intend: refuse('a write'),
    done: (exchanges) => journal.done(exchanges),
  });
  return {
    probe: () => infor.probe(),
    masterData: (needs) => infor.masterData(needs),
    lookup: (kind, targets, journal) => infor.lookup(kind, targets, readOnly(journal)),
    inspect: (kind, targets, journal) => infor.inspect(kind, targets, readOnly(journal)),
    readBack: (kind, targets, journal) => infor.readBack(kind, targets, readOnly(journal)),
    stage: refuse('staging'),
    commit: refuse('a commit'),
    discard: refuse('a deletion'),
    plannedHandle: (kind, key, attempt) => infor.plannedHandle(kind, key, attempt),
    callCounts: () => infor.callCounts(),
  };
}
