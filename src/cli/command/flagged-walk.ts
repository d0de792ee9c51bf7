/**
 * The walk through the queue: one question after the other, one key for each decision. What a key
 * does is given from outside: the same acts as the verbs.
 */
import type { Readable, Writable } from 'node:stream';
import { isCancel, selectKey, text } from '@clack/prompts';
import type { QueueGroup } from '../../app/ports.ts';
import { type AnswerKind, answerKindOf } from '../../core/flag-answer.ts';
import type { Flag } from '../../core/glossary.ts';
import { toProblem } from '../../core/problem.ts';
import type { Output } from '../output.ts';
import { problemText } from '../problem-text.ts';
import { ageText, counted, moneyText } from '../words.ts';

/** What may be done about the flags of one question; each answers what to say about it. */
export interface WalkActs {
  /** The open flags of the question, what holds up most first. */
  flags(group: QueueGroup): Promise<Flag[]>;
  /** What a SKU may mean; empty when nothing is near. */
  suggestions(flag: Flag): Promise<string[]>;
  map(ids: number[], kind: AnswerKind, fields: Record<string, string>): Promise<string[]>;
  postedAs(id: number, numbers: string[], because: string): Promise<string[]>;
  retry(ids: number[]): Promise<string[]>;
  ignore(ids: number[], because: string): Promise<string[]>;
  assign(ids: number[], name: string): Promise<string[]>;
  note(id: number, words: string): Promise<string[]>;
}

export interface Terminal {
  input: Readable;
  output: Writable;
  /** Aborted by a signal: the act in hand is finished, then the walk ends. */
  stop: AbortSignal;
}

export interface WalkTally {
  decided: number;
  skipped: number;
  /** `stopped`: before the last question. */
  end: 'through' | 'stopped';
}

interface Step {
  group: QueueGroup;
  flags: Flag[];
  place: string;
}

export interface Walk {
  terminal: Terminal;
  output: Output;
  acts: WalkActs;
  nowMs: number;
}

/** Thrown by a prompt that was cancelled: nothing of this act was done. */
class Cancelled extends Error {}

export async function walkQueue(walk: Walk, groups: readonly QueueGroup[]): Promise<WalkTally> {
  const tally: WalkTally = { decided: 0, skipped: 0, end: 'through' };
  for (const [index, group] of groups.entries()) {
    // None are left where an act before answered them, or a run cleared them meanwhile.
    for (const flags of byReason(await walk.acts.flags(group))) {
      const step = { group, flags, place: `${index + 1} of ${groups.length}` };
      await show(walk, step);
      const decision = await decide(walk, step);
      if (decision === 'stop') return { ...tally, end: 'stopped' };
      if (decision === 'skip') tally.skipped += 1;
      else tally.decided += 1;
    }
  }
  return tally;
}

/** One cause may raise several questions, each with answers of its own. */
function byReason(flags: readonly Flag[]): Flag[][] {
  const codes = [...new Set(flags.map(({ code }) => code))];
  return codes.map((code) => flags.filter((flag) => flag.code === code));
}

async function show({ output, acts, nowMs }: Walk, step: Step): Promise<void> {
  const { group, flags, place } = step;
  const [first] = flags;
  if (first === undefined) return;
  output.line();
  output.line(output.paint(`${place}  ${first.code}  ${first.cause}`, 'strong'));
  const values = group.values.map(({ amount, currency }) => moneyText(amount, currency));
  const facts = [
    counted(group.records, 'record'),
    ...(group.units === '0' ? [] : [`units: ${group.units}`]),
    ...values,
    `since ${ageText(group.oldestAtMs, nowMs)}`,
  ];
  const near = answerKindOf(first) === 'sku' ? await acts.suggestions(first).catch(() => []) : [];
  output.block([
    ['what', first.sentence],
    ['holds up', facts.join(', ')],
    ['what to do', first.hint.replaceAll(' ID', ` ${first.id}`)],
    ...(near.length === 0 ? [] : [['near it', near.join(', ')] as const]),
  ]);
}

/** Asks until something was decided about the question. */
async function decide(walk: Walk, step: Step): Promise<'decided' | 'skip' | 'stop'> {
  const { output, terminal } = walk;
  while (!terminal.stop.aborted) {
    const key = await selectKey({
      message: 'What about it?',
      options: keysOf(step),
      input: terminal.input,
      output: terminal.output,
      signal: terminal.stop,
    });
    if (isCancel(key) || key === 'q') return 'stop';
    if (key === 's') return 'skip';
    try {
      const { lines, decided } = await perform(walk, step, key);
      for (const line of lines) output.line(line);
      if (decided === 'yes') return 'decided';
    } catch (thrown) {
      // A prompt that was left takes the act back, not the walk.
      if (thrown instanceof Cancelled) output.line('Left as it was.');
      else output.line(problemText(toProblem(thrown), 'short').trimEnd());
    }
  }
  return 'stop';
}

type Key = 'm' | 'c' | 'w' | 'p' | 'r' | 'i' | 'a' | 'n' | '?' | 's' | 'q';

function keysOf({ flags }: Step): { value: Key; label: string }[] {
  const [first] = flags;
  const kind = first === undefined ? null : answerKindOf(first);
  const byHand = first !== undefined && first.record.kind !== 'charge';
  const keys: { value: Key; label: string; offered: boolean }[] = [
    { value: 'm', label: 'map the SKU to an item', offered: kind === 'sku' },
    { value: 'c', label: `map it to a ${kind}`, offered: isParty(kind) },
    { value: 'w', label: 'map the centre to a warehouse', offered: kind === 'centre' },
    { value: 'p', label: 'it is posted by hand, as a number', offered: byHand },
    { value: 'r', label: 'retry', offered: true },
    { value: 'i', label: 'ignore, with a reason', offered: true },
    { value: 'a', label: 'assign to somebody', offered: true },
    { value: 'n', label: 'note', offered: true },
    { value: '?', label: 'show the records', offered: true },
    { value: 's', label: 'skip', offered: true },
    { value: 'q', label: 'quit', offered: true },
  ];
  return keys.flatMap(({ offered, ...key }) => (offered ? [key] : []));
}

function isParty(kind: AnswerKind | null): kind is 'customer' | 'supplier' {
  return kind === 'customer' || kind === 'supplier';
}

interface Performed {
  lines: string[];
  /** `no` asks about the same question again. */
  decided: 'yes' | 'no';
}

async function perform(walk: Walk, step: Step, key: Key): Promise<Performed> {
  const { acts } = walk;
  const ids = step.flags.map(({ id }) => id);
  const first = step.flags[0];
  if (first === undefined) return { lines: [], decided: 'yes' };
  const done = async (lines: Promise<string[]>): Promise<Performed> => ({
    lines: await lines,
    decided: 'yes',
  });
  switch (key) {
    case 'm':
    case 'c':
    case 'w': {
      const kind = answerKindOf(first);
      if (kind === null) return { lines: [], decided: 'no' };
      return done(acts.map(ids, kind, await fieldsFor(walk, kind)));
    }
    case 'p': {
      const flag = await chosen(walk, step);
      const numbers = await ask(walk, 'Number in Infor (several with blanks between)');
      const because = await ask(walk, 'Why?');
      const lines = await acts.postedAs(flag.id, numbers.split(/\s+/), because);
      return { lines, decided: step.flags.length > 1 ? 'no' : 'yes' };
    }
    case 'r':
      return done(acts.retry(ids));
    case 'i':
      return done(acts.ignore(ids, await ask(walk, 'Why?')));
    case 'a':
      return done(acts.assign(ids, await ask(walk, 'To whom? (me for yourself)')));
    case 'n':
      return { lines: await acts.note(first.id, await ask(walk, 'Note')), decided: 'no' };
    case '?':
      return { lines: step.flags.map(recordLine), decided: 'no' };
    case 's':
    case 'q':
      return { lines: [], decided: 'no' };
  }
}

function recordLine({ id, record, sentence, evidence }: Flag): string {
  const facts = Object.entries(evidence).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${id}  ${record.kind} ${record.id}: ${sentence} (${facts.join(', ')})`;
}

async function fieldsFor(walk: Walk, kind: AnswerKind): Promise<Record<string, string>> {
  const code = async (message: string) => (await ask(walk, message)).toUpperCase();
  if (kind === 'sku') {
    const item = await code('Item number');
    const factor = await ask(walk, 'Basic units in one (empty keeps what stands)', 'optional');
    return factor === '' ? { item } : { item, factor };
  }
  if (kind === 'centre') {
    const warehouse = await code('Warehouse');
    const facility = await ask(walk, 'Facility (empty keeps what stands)', 'optional');
    return facility === '' ? { warehouse } : { warehouse, facility: facility.toUpperCase() };
  }
  return { code: await code(kind === 'customer' ? 'Customer number' : 'Supplier number') };
}

/** A number stands for one document, so with several records one must be named. */
async function chosen(walk: Walk, { flags }: Step): Promise<Flag> {
  const [first, second] = flags;
  if (first !== undefined && second === undefined) return first;
  for (const flag of flags) walk.output.line(recordLine(flag));
  const id = await ask(walk, 'Which flag? (its number)');
  const found = flags.find((flag) => String(flag.id) === id.trim());
  if (found === undefined) throw new Cancelled();
  return found;
}

async function ask(
  { terminal }: Walk,
  message: string,
  empty: 'optional' | 'refused' = 'refused',
): Promise<string> {
  const answer = await text({
    message,
    input: terminal.input,
    output: terminal.output,
    signal: terminal.stop,
    validate: (value) =>
      empty === 'refused' && (value ?? '').trim() === '' ? 'Say something, or Ctrl-C.' : undefined,
  });
  if (isCancel(answer)) throw new Cancelled();
  return (answer ?? '').trim();
}
