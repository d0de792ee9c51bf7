import { startAtMs, stormEndAtMs } from './simulation-calendar.ts';
import { between, chanceOf, pickOf } from './simulation-chance.ts';
import type { Death } from './simulation-process.ts';
import type { Part, PartOf } from './simulation-story.ts';

/**
 * When the connector is started: now and then, and after some of these again soon, when whoever
 * looks after it has seen that it died (or a lease has run out).
 */
export function runsOf(seed: number): PartOf<'run'>[] {
  const luck = chanceOf(seed, 'runs');
  const often = between(luck, 8, 18);
  const again = pickOf(luck, [0.1, 0.3, 0.6]);
  const stepMs = (stormEndAtMs - startAtMs) / often;
  return Array.from({ length: often }, (_, index): PartOf<'run'>[] => {
    const own = chanceOf(seed, 'run', index);
    const atMs = Math.round(startAtMs + (index + own.next()) * stepMs);
    const name = `run-${index + 1}`;
    const first: PartOf<'run'> = { kind: 'run', name, atMs, work: 'all' };
    if (own.next() >= again) return [first];
    const soonMs = own.next() < 0.5 ? 20_000 : 600_000;
    const laterMs = 121_000 + Math.floor(own.next() * soonMs);
    return [first, { kind: 'run', name: `${name}b`, atMs: atMs + laterMs, work: 'all' }];
  }).flat();
}

/** What people start themselves, between the other runs. */
export function deskRunsOf(seed: number): PartOf<'run'>[] {
  const luck = chanceOf(seed, 'desk');
  if (luck.next() < 0.5) return [];
  return Array.from({ length: between(luck, 1, 6) }, (_, index): PartOf<'run'> => {
    const atMs = Math.round(startAtMs + luck.next() * (stormEndAtMs - startAtMs));
    const work = luck.next() < 0.75 ? 'link' : 'replay';
    return { kind: 'run', name: `${work}-${index + 1}`, atMs, work };
  });
}

/** When webhooks are on their way: in every other story ShipBob has nobody to tell. */
export function mailOf(seed: number): PartOf<'mail'>[] {
  const luck = chanceOf(seed, 'mail');
  if (luck.next() < 0.5) return [];
  return Array.from({ length: between(luck, 4, 16) }, (_, index): PartOf<'mail'> => {
    const atMs = Math.round(startAtMs + luck.next() * (stormEndAtMs - startAtMs));
    return { kind: 'mail', name: `mail-${index + 1}`, atMs };
  });
}

/** The receiver's process follows what came in some seconds after it. */
export function followsOf(seed: number, mail: readonly Part[]): PartOf<'run'>[] {
  return mail.flatMap(({ name, atMs }): PartOf<'run'>[] => {
    const luck = chanceOf(seed, 'follow', name);
    if (luck.next() >= 0.5) return [];
    const soonMs = between(luck, 2_000, 20_000);
    return [{ kind: 'run', name: `follow-${name}`, atMs: atMs + soonMs, work: 'hints' }];
  });
}

/** Boundaries at which a crash leaves most behind. */
const deadlyPoints = [
  'after-attempt',
  'after-intent:stage',
  'before-answer:stage',
  'after-answer:stage',
  'before-staged',
  'after-staged',
  'before-committing',
  'after-committing',
  'after-intent:commit',
  'before-answer:commit',
  'after-answer:commit',
  'after-commit',
  'after-posted',
  'before-intent:discard',
  'before-answer:discard',
  'before-answer:prepare',
  'after-page',
  'after-boxes',
  'before-plans',
  'after-plans',
  'after-journal-frozen',
  'before send',
  'after send',
  'after movePostings',
  'before recordExchanges',
  'before acquireLease',
  'before releaseLease',
] as const;

/** Transactions whose loss may hurt, if any may. */
const lostTransactions = [
  'movePostings',
  'movePostings',
  'recordExchanges',
  'savePlans',
  'saveObservations',
  'saveBoxes',
  'freezeJournal',
  'finishRun',
  'releaseLease',
] as const;

export function crashesOf(seed: number, runs: readonly Part[]): Part[] {
  const rate = pickOf(chanceOf(seed, 'crashes'), [0, 0.25, 0.5, 0.8]);
  return runs.flatMap((run): Part[] => {
    const luck = chanceOf(seed, 'crash', run.name);
    if (luck.next() >= rate) return [];
    const name = `${run.name}/crash`;
    return [{ kind: 'crash', name, atMs: run.atMs, run: run.name, death: deathBy(luck) }];
  });
}

function deathBy(luck: ReturnType<typeof chanceOf>): Death {
  const how = luck.next();
  if (how < 0.2) {
    const point = luck.next() < 0.3 ? null : pickOf(luck, lostTransactions);
    const pass = between(luck, 1, point === null ? 60 : 5);
    return { point, pass, how: { kind: 'forgets' } };
  }
  const anywhere = luck.next() < 0.35;
  const point = anywhere ? null : pickOf(luck, deadlyPoints);
  const pass = anywhere ? 1 + Math.floor(luck.next() ** 2 * 700) : between(luck, 1, 3);
  if (how >= 0.4) return { point, pass, how: { kind: 'dies' } };
  return { point, pass, how: { kind: 'stands', forMs: between(luck, 100_000, 1_000_000) } };
}
