/** Facts for a comparison, asked for in rounds as in planning; one run asks for each once. */
import type { MasterFact, MasterNeed } from '../core/glossary.ts';
import { type MasterView, masterView, needKey } from '../core/master.ts';
import { assert } from '../core/problem.ts';
import { readFacts } from './facts.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

/** Facts that lead to other facts are asked for in rounds. */
const roundsMax = 8;

export interface FactDesk {
  /** What is known so far. */
  view(): MasterView;
  /**
   * Does each of the tasks; those that lack facts are done again once these are there. A task must
   * be without effect but for its answer.
   */
  settle<T>(tasks: readonly ((view: MasterView) => Asked<T>)[]): Promise<T[]>;
}

export interface Asked<T> {
  answer: T;
  needs: MasterNeed[];
}

export function createFactDesk(parts: ReconcileParts): FactDesk {
  const { clock, store, source, masterData } = parts;
  const sources = { clock, store, shipbob: source, infor: { masterData } };
  const facts = new Map<string, MasterFact>();
  return {
    view: () => masterView(facts),
    async settle(tasks) {
      let done = tasks.map((task) => task(masterView(facts)));
      for (let round = 0; round < roundsMax; round += 1) {
        const needs = done.flatMap((one) => one.needs).filter((need) => !facts.has(needKey(need)));
        if (needs.length === 0) break;
        for (const [key, fact] of await readFacts(sources, needs)) facts.set(key, fact);
        const view = masterView(facts);
        done = done.map((one, index) => {
          const task = tasks[index];
          return one.needs.length > 0 && task !== undefined ? task(view) : one;
        });
      }
      assert(
        done.every((one) => one.needs.length === 0),
        'every fact asked for was answered',
      );
      return done.map(({ answer }) => answer);
    },
  };
}
