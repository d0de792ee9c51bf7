import type { Engine } from './engine.ts';
import type { WriteJournal } from './ports.ts';

/**
 * The write-ahead book an adapter writes to around each of its calls. An intent is on disk before
 * the call leaves; that row is what a crash between the two leaves behind.
 */
export function writeJournal(engine: Engine): WriteJournal {
  return {
    async intend(intents) {
      const first = intents[0];
      if (!first) return;
      engine.crash(`before-intent:${first.step}`);
      await engine.store.recordIntents(engine.fence, intents, engine.clock.now());
      engine.crash(`after-intent:${first.step}`);
    },
    async done(exchanges) {
      const first = exchanges[0];
      if (!first) return;
      engine.crash(`before-answer:${first.step}`);
      await engine.store.recordExchanges(engine.fence, exchanges, engine.clock.now());
      engine.crash(`after-answer:${first.step}`);
    },
  };
}
