/**
 * Plans and posts what a run has read while it still reads. A backlog of days would otherwise leave
 * Infor idle for as long as ShipBob's allowance takes, and the other way round.
 *
 * What keeps this from doing anything that reading first and posting then would not do:
 * - Only orders, and only what this run has read. A plan of an earlier run is not posted before the
 *   sweeps have shown whether it still holds; receiving orders wait for their boxes; journals for
 *   the last charge.
 * - Only full batches are planned, so that the share of flags by which a broken mapping is noticed
 *   (core/budget.ts) means the same as ever. The rest waits for the end of the reading.
 * - One order is one record with all its shipments: a window that is read by half holds whole
 *   orders, each as new as its own read. What changes after that is the same as a change after any
 *   run: a record that waits to be planned again holds its documents back (store/posting.ts).
 */
import { toProblem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import { reachUnsent } from './facts.ts';
import { planDue } from './plan.ts';
import { post } from './post.ts';
import { settle } from './settle.ts';

/**
 * Works beside `reading` until it has ended, and answers what that answered. Trouble with Infor is
 * no trouble of the reading: it is met again, and reported, when everything is worked off at the
 * end. Throws what `reading` throws, and defects of its own once the reading has ended.
 */
export async function workMeanwhile<T>(
  engine: Engine,
  reading: (engine: Engine) => Promise<T>,
): Promise<T> {
  const news = createNews();
  const read = reading({ ...engine, stored: news.tell });
  const ended = read.then(
    () => news.end(),
    () => news.end(),
  );
  const failure = await work(engine, news).then(
    () => null,
    (thrown: unknown) => toProblem(thrown),
  );
  await ended;
  const answer = await read;
  if (failure?.kind === 'defect' || failure?.code === 'LEASE_LOST') throw failure;
  if (failure !== null) {
    engine.log.warn(`nothing more was posted while ShipBob was read: ${failure.message}`, {
      code: failure.code,
    });
  }
  return answer;
}

async function work(engine: Engine, news: News): Promise<void> {
  const readSinceMs = engine.clock.now();
  let changedBefore = engine.counts.seen.changed;
  let planning: 'on' | 'stopped' = 'on';
  await reachUnsent(engine);
  for (;;) {
    const enough =
      engine.counts.seen.changed - changedBefore >= engine.settings.posting.recordsPerPlan;
    if (enough && planning === 'on') {
      changedBefore = engine.counts.seen.changed;
      const { troubles } = await planDue(engine, 'fullBatchesOfOrders');
      // It is told at the end, where the same batch is judged again.
      if (troubles.length > 0) planning = 'stopped';
      await post(engine, { meanwhile: settle, readSinceMs });
      continue;
    }
    if (planning === 'stopped' || engine.signal.aborted || !(await news.next())) return;
  }
}

interface News {
  tell(): void;
  end(): void;
  /** Resolves when a page was stored since the last time; false when nothing more will be. */
  next(): Promise<boolean>;
}

function createNews(): News {
  let told = false;
  let over = false;
  let wake = () => {};
  return {
    tell() {
      told = true;
      wake();
    },
    end() {
      over = true;
      wake();
    },
    async next() {
      if (!told && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (over) return false;
      told = false;
      return true;
    },
  };
}
