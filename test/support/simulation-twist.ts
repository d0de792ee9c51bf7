import type { InforLedger } from '../../src/app/ports.ts';

/** Engines with one rule of the posting protocol broken, to see whether the simulation notices. */
export const twists = {
  /** Sends a commit again at once when its answer was not clear (protocol §1.5). */
  sendsAgain: (ledger: InforLedger): InforLedger => ({
    ...ledger,
    async commit(kind, targets, journal) {
      const answers = await ledger.commit(kind, targets, journal);
      if (answers.every(({ state }) => state !== 'unclear')) return answers;
      const again = targets.filter((_, at) => answers[at]?.state === 'unclear');
      const second = await ledger.commit(kind, again, journal);
      return answers.map((answer) =>
        answer.state === 'unclear' ? (second.shift() ?? answer) : answer,
      );
    },
  }),
  /** Commits a handle on which some staging call had no clear answer (protocol §1.3, §1.4). */
  trustsDoubtful: (ledger: InforLedger): InforLedger => ({
    ...ledger,
    async stage(kind, targets, journal) {
      const answers = await ledger.stage(kind, targets, journal);
      return answers.map((answer) =>
        answer.state === 'doubtful' && answer.handle !== null
          ? { state: 'staged', handle: answer.handle }
          : answer,
      );
    },
    inspect: async (_kind, targets) => targets.map(() => ({ state: 'matches' })),
  }),
} as const;

export type TwistName = keyof typeof twists;
