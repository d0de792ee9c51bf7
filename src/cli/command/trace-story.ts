/** The audit rows of a trace as a story: what happened, and each turn of a document. */
import type { AuditEntry, MappingTrace, TraceReport } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { Posting } from '../../core/glossary.ts';
import type { Tone } from '../output.ts';
import { counted, durationText } from '../words.ts';
import {
  callLine,
  eventOf,
  isCall,
  mappingText,
  stateText,
  stepQuestion,
  textOf,
} from './trace-event.ts';

/** One line of the story, with what belongs under it. */
export interface Chapter {
  atMs: number;
  text: string;
  tone: Tone | null;
  times: number;
  steps: Step[];
  /** What was sent and answered stands in it; null for what is not from the trail. */
  entry: AuditEntry | null;
}

export interface Step {
  atMs: number;
  /** What the call is for; empty for everything else. */
  question: string;
  text: string;
  tone: Tone | null;
  times: number;
  durationMs: number | null;
  entries: AuditEntry[];
}

/** In the order in which it began. */
export function storyOf(report: TraceReport): Chapter[] {
  const several = report.hits.length > 1;
  const chapters: Chapter[] = report.mappings.flatMap(mappingChapters);
  const turns = new Map<string, AuditEntry[]>();
  for (const entry of report.entries) {
    const { postingKey, runId } = entry;
    if (postingKey !== null && runId !== null && entry.actor === 'engine') {
      const turn = `${postingKey} ${runId}`;
      turns.set(turn, [...(turns.get(turn) ?? []), entry]);
    } else if (!isOfCharge(report, entry)) {
      const chapter = eventChapter(entry, several);
      if (chapter !== null) chapters.push(chapter);
    }
  }
  const charges = report.hits.some(({ record }) => record.kind === 'charge');
  for (const turn of turns.values()) {
    const chapter = turnChapter(report.postings, turn);
    const aside = !charges && turn[0]?.record?.kind === 'charge';
    // How a journal of many charges was made is no part of the story of one order.
    chapters.push(aside ? { ...chapter, steps: [] } : chapter);
  }
  // Sorting keeps the order of what came at the same moment.
  chapters.sort((left, right) => left.atMs - right.atMs || seqOf(left) - seqOf(right));
  return merged(chapters);
}

/** Charges for an order are told by the table of charges. */
function isOfCharge(report: TraceReport, { record }: AuditEntry): boolean {
  if (record?.kind !== 'charge') return false;
  return !report.hits.some((hit) => hit.record.kind === 'charge' && hit.record.id === record.id);
}

// What is told together is one moment; of equal moments the trail's own order counts.
function seqOf({ entry }: Chapter): number {
  return entry?.seq ?? 0;
}

function eventChapter(entry: AuditEntry, several: boolean): Chapter | null {
  const event = eventOf(entry);
  if (event === null) return null;
  const about = entry.postingKey ?? (several && entry.record ? nameOf(entry.record) : null);
  return {
    atMs: entry.atMs,
    text: about === null ? event.text : `${about}: ${event.text}`,
    tone: event.tone,
    times: 1,
    steps: [],
    entry,
  };
}

function nameOf(record: { kind: string; id: string }): string {
  return `${record.kind} ${record.id}`;
}

function mappingChapters(mapping: MappingTrace): Chapter[] {
  const chapter = (atMs: number, text: string): Chapter => ({
    atMs,
    text,
    tone: 'good',
    times: 1,
    steps: [],
    entry: null,
  });
  const set = chapter(mapping.setAtMs, mappingText(mapping, 'set'));
  if (mapping.endedAtMs === null) return [set];
  return [set, { ...chapter(mapping.endedAtMs, mappingText(mapping, 'ended')), tone: null }];
}

/** What one run did about one document. */
function turnChapter(postings: readonly Posting[], turn: readonly AuditEntry[]): Chapter {
  const [first] = turn;
  const last = turn.at(-1) ?? first;
  const key = first?.postingKey ?? '';
  const posting = postings.find((each) => each.key === key);
  const steps = stepsOf(turn);
  const move = turn.findLast(({ action }) => action === 'moved');
  const calls = steps
    .filter(({ question }) => question !== '')
    .reduce((sum, { times }) => sum + times, 0);
  const what = posting ? `${documentWord(posting.kind)} ${key}` : key;
  const { text, tone } = outcomeOf(move, posting, turn);
  const atMs = first?.atMs ?? 0;
  const took = [
    ...(calls > 0 ? [counted(calls, 'call')] : []),
    ...(last && last.atMs > atMs ? [durationText(last.atMs - atMs)] : []),
  ];
  return {
    atMs,
    text: `${what}: ${text}${took.length === 0 ? '' : ` (${took.join(', ')})`}`,
    tone,
    times: 1,
    // The way it ended is in the chapter's own line.
    steps: move === undefined ? steps : steps.filter(({ entries }) => entries[0] !== move),
    entry: first ?? null,
  };
}

function outcomeOf(
  move: AuditEntry | undefined,
  posting: Posting | undefined,
  turn: readonly AuditEntry[],
): { text: string; tone: Tone | null } {
  if (move === undefined) {
    const flag = turn.find(({ action }) => action === 'flagged' || action === 'cleared');
    const event = flag === undefined ? null : eventOf(flag);
    return event ?? { text: 'looked at, nothing new', tone: null };
  }
  const to = textOf(move.detail.to);
  const because = textOf(move.detail.because);
  if (to !== 'posted') {
    const bad = to === 'flagged' || to === 'unknown';
    return { text: `${stateText(to)}: ${because}`, tone: bad ? 'warning' : null };
  }
  const number = posting?.reference?.number;
  const as = number === undefined ? 'posted' : `posted as ${number}`;
  return { text: because === 'read back as done' ? as : `${as}: ${because}`, tone: 'good' };
}

/** Calls with their answers, and what they led to. */
function stepsOf(turn: readonly AuditEntry[]): Step[] {
  const answers = new Map(
    turn
      .filter(({ action }) => action === 'exchanged')
      .map((entry) => [Number(entry.detail.intent ?? 0), entry]),
  );
  const steps: Step[] = [];
  for (const entry of turn) {
    const intended = entry.action === 'intended';
    // It stands where it was sent.
    if (entry.action === 'exchanged' && entry.detail.intent !== undefined) continue;
    const answer = intended ? (answers.get(entry.seq) ?? null) : entry;
    const step = isCall(entry) ? callStep(entry, answer) : eventStep(entry);
    if (step === null) continue;
    const before = steps.at(-1);
    if (before && before.question === step.question && before.text === step.text) {
      before.times += 1;
      before.entries.push(...step.entries);
      before.durationMs = sum(before.durationMs, step.durationMs);
    } else steps.push(step);
  }
  return steps;
}

function sum(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : left + right;
}

function callStep(entry: AuditEntry, answer: AuditEntry | null): Step {
  const { text, tone } = callLine(entry, answer);
  return {
    atMs: entry.atMs,
    question: stepQuestion(textOf(entry.detail.step)),
    text,
    tone,
    times: 1,
    durationMs: answer === null ? null : Number(answer.detail.durationMs ?? 0),
    entries: answer === null || answer === entry ? [entry] : [entry, answer],
  };
}

function eventStep(entry: AuditEntry): Step | null {
  const event = eventOf(entry);
  if (event === null) return null;
  return {
    atMs: entry.atMs,
    question: '',
    text: event.text,
    tone: event.tone,
    times: 1,
    durationMs: null,
    entries: [entry],
  };
}

/** The same words at the same second become one line. */
function merged(chapters: readonly Chapter[]): Chapter[] {
  const lines: Chapter[] = [];
  for (const chapter of chapters) {
    const last = lines.at(-1);
    const same =
      last?.text === chapter.text &&
      Math.floor(last.atMs / 1000) === Math.floor(chapter.atMs / 1000) &&
      chapter.steps.length + last.steps.length === 0;
    if (last && same) last.times += 1;
    else lines.push({ ...chapter });
  }
  return lines;
}
