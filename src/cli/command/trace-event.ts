/** One row of the audit trail in plain words. */
import type { AuditEntry, MappingTrace } from '../../app/ports.ts';
import type { Json, JsonObject } from '../../core/glossary.ts';
import { callWords } from '../compose-workspace.ts';
import type { Tone } from '../output.ts';
import { momentText } from '../words.ts';

export interface TraceEvent {
  text: string;
  tone: Tone | null;
}

export function isCall({ action }: AuditEntry): boolean {
  return action === 'intended' || action === 'exchanged';
}

/** What is no call; null for rows that say nothing about the record by themselves. */
export function eventOf(entry: AuditEntry): TraceEvent | null {
  const { detail, actor } = entry;
  switch (entry.action) {
    case 'intended':
    case 'exchanged':
      return null;
    case 'observed':
      return said(observedWord(textOf(detail.change)));
    case 'planned':
      return said(plannedText(detail));
    case 'moved':
      return { text: movedText(detail), tone: movedTone(textOf(detail.to)) };
    case 'flagged':
      return {
        text: `flagged for a person: ${textOf(detail.code)} (${textOf(detail.cause)})`,
        tone: 'warning',
      };
    case 'cleared':
      return { text: `flag ${textOf(detail.code)} cleared`, tone: 'good' };
    case 'frozen':
      return said(`made a journal of ${textOf(detail.charges)} charges`);
    case 'linked':
      return said(linkedText(entry));
    default:
      return said(actText(entry, actor));
  }
}

/** A call with its answer on one line; an answer that never came says so. */
export function callLine(entry: AuditEntry, answer: AuditEntry | null): TraceEvent {
  const call = named(textOf(entry.detail.call));
  if (answer === null) {
    return { text: `${call}: sent, and no answer was written down`, tone: 'warning' };
  }
  const outcome = textOf(answer.detail.outcome);
  const step = textOf(answer.detail.step);
  return { text: `${call}: ${outcomeWord(outcome, step)}`, tone: callTone(outcome, step) };
}

/** What was sent and answered, as JSON lines; empty when the row has no body (or it was purged). */
export function rawOf(entry: AuditEntry): string[] {
  if (entry.body === null) return entry.bodyHash === null ? [] : ['(purged)'];
  return Object.entries(entry.body).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
}

function observedWord(change: string): string {
  switch (change) {
    case 'added':
      return 'first seen in ShipBob';
    case 'changed':
      return 'seen changed in ShipBob';
    case 'boxes':
      return 'its boxes were read';
    case 'purged':
      return 'its personal data was removed';
    default:
      return `seen in ShipBob: ${change}`;
  }
}

function plannedText(detail: JsonObject): string {
  const decisions = Array.isArray(detail.decisions)
    ? detail.decisions.map((decision) => inWords(textOf(decision)))
    : [];
  return decisions.length === 0 ? 'planned: nothing to do' : `planned: ${decisions.join('; ')}`;
}

/** Decisions name documents as the code does. */
function inWords(decision: string): string {
  return decision.replace(
    /\b(salesOrder|purchaseOrder|goodsIssue|stockIssue|goodsReceipt|orderCancellation)\b/g,
    (kind) => kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );
}

function movedText(detail: JsonObject): string {
  const because = textOf(detail.because);
  const from = textOf(detail.from);
  const to = textOf(detail.to);
  // Staging and handing over say themselves what they are.
  if (from === to || to === 'staged' || to === 'committing') return because;
  return `${stateText(to)}: ${because}`;
}

const states: Record<string, string> = {
  pending: 'begins anew',
  unknown: 'outcome unknown',
  flagged: 'waits for a person',
  cancelled: 'called off',
};

export function stateText(state: string): string {
  return states[state] ?? state;
}

function movedTone(to: string): Tone | null {
  if (to === 'posted') return 'good';
  return to === 'flagged' || to === 'unknown' ? 'warning' : null;
}

const acts: Record<string, string> = {
  assigned: 'assigned the question',
  tagged: 'changed its tags',
  noted: 'added a note',
  ignored: 'does not want to be asked again',
  unignored: 'wants to be asked again',
  retried: 'asked for another try',
  purged: 'removed its personal data',
};

/** What a person did, or the tool of its own accord. */
function actText(entry: AuditEntry, actor: string): string {
  const words = acts[entry.action] ?? entry.action.replaceAll('-', ' ');
  const told = entry.body === null ? {} : bodyWords(entry.body);
  const more = facts({ ...entry.detail, ...told });
  const who = actor === 'engine' ? 'mlc' : actor;
  return `${who}: ${words}${more === '' ? '' : ` (${more})`}`;
}

/** What a person entered in Infor stands for it from then on. */
function linkedText({ actor, detail, body }: AuditEntry): string {
  const held = Array.isArray(detail.held) ? detail.held.map(heldText) : [];
  const order = textOf(detail.purchaseOrder);
  const about = [
    ...(order === '' ? [] : [`on purchase order ${order}`]),
    ...(held.length === 0 ? [] : [`holds ${held.join(', ')}`]),
    ...(body === null ? [] : [facts(bodyWords(body))]),
  ];
  return `${actor}: linked ${inWords(textOf(detail.kind))} ${textOf(detail.number)}, entered by hand (${about.join('; ')})`;
}

function heldText(line: Json): string {
  if (line === null || typeof line !== 'object' || Array.isArray(line)) return textOf(line);
  const lot = textOf(line.lot);
  return `${textOf(line.quantity)} ${textOf(line.item)}${lot === '' ? '' : ` lot ${lot}`}`;
}

/** Words of people; what was sent is no part of an act. */
function bodyWords(body: JsonObject): JsonObject {
  const { request: _request, answer: _answer, ...words } = body;
  return words;
}

export function mappingText(mapping: MappingTrace, what: 'set' | 'ended'): string {
  const { kind, source } = mapping;
  if (what === 'ended') {
    const why = mapping.endedBecause === null ? '' : `, because: ${mapping.endedBecause}`;
    return `${mapping.endedBy ?? 'mlc'}: ended the mapping of ${kind} ${source}${why}`;
  }
  const { kind: _kind, ...target } = mapping.target;
  const because = mapping.because === null ? '' : `, because: ${mapping.because}`;
  const from =
    mapping.validFromMs === mapping.setAtMs ? '' : `, from ${momentText(mapping.validFromMs)} on`;
  return `${mapping.setBy}: mapped ${kind} ${source} to ${facts(target)}${from}${because}`;
}

/** `opens a draft order (OIS100MI/AddBatchHead)`. */
function named(name: string): string {
  const words = callWords(name);
  return words === '' ? name : `${words} (${name})`;
}

/** A look-up that finds nothing is what one hopes for; a refused write is not. */
function callTone(outcome: string, step: string): Tone | null {
  if (outcome === 'ok') return null;
  return outcome === 'rejected' ? (reads.has(step) ? null : 'bad') : 'warning';
}

const reads = new Set(['lookup', 'inspect', 'readBack']);

function outcomeWord(outcome: string, step: string): string {
  switch (outcome) {
    case 'ok':
      return reads.has(step) ? 'answered' : 'done';
    case 'rejected':
      return reads.has(step) ? 'not there' : 'refused';
    case 'notSent':
      return 'was not sent';
    default:
      return 'no clear answer';
  }
}

const questions: Record<string, string> = {
  lookup: 'there already?',
  prepare: 'getting ready',
  stage: 'built up',
  inspect: 'as we meant it?',
  commit: 'commit',
  readBack: 'did it happen?',
  discard: 'taken away',
};

/** What a call of that step is for. */
export function stepQuestion(step: string): string {
  return questions[step] ?? step;
}

function said(words: string): TraceEvent {
  return { text: words, tone: null };
}

export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function facts(detail: JsonObject): string {
  return Object.entries(detail)
    .filter(
      ([, value]) =>
        value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    )
    .map(([name, value]) =>
      Array.isArray(value)
        ? value.map(textOf).join('; ')
        : `${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} ${textOf(value)}`,
    )
    .join(', ');
}
