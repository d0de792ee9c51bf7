/** Keeps the file small: packs what is finished, and removes by age what may go. */
import { toProblem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { HistoryStep } from './ports.ts';

/** Of one run: the history of years goes over several, beside the daily work. */
const documentsMaxPerRun = 20_000;

/**
 * At the end of a full run. A run that packs nothing asks one indexed question. Trouble here never
 * fails the run: what stays is taken up by the next one.
 */
export async function tidyHistory(engine: Engine): Promise<void> {
  const { store, clock, fence, log } = engine;
  const { packAfterMs, keepExchangesMs } = engine.settings.history;
  if (engine.signal.aborted) return;
  const nowMs = clock.now();
  try {
    if (packAfterMs !== null) {
      const packed = await all(engine, () => store.packHistory(fence, nowMs - packAfterMs));
      if (packed > 0)
        log.info('the history of finished documents was packed', { documents: packed });
    }
    if (keepExchangesMs !== null) {
      const beforeMs = nowMs - keepExchangesMs;
      const dropped = await all(engine, () => store.dropHistory(fence, { beforeMs, nowMs }));
      if (dropped > 0) log.info('old requests and answers were removed', { documents: dropped });
    }
    // The write-ahead file of a long run would else stay as large as it ever was.
    await store.tidyFile('log');
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
    log.warn(`the history could not be tidied: ${problem.message}`, { code: problem.code });
  }
}

async function all(engine: Engine, step: () => Promise<HistoryStep>): Promise<number> {
  let documents = 0;
  for (;;) {
    const done = await step();
    documents += done.documents;
    if (done.more === 'no' || documents >= documentsMaxPerRun || engine.signal.aborted) {
      return documents;
    }
    engine.progress(`history of ${documents} documents packed`);
  }
}
