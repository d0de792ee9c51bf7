import type { AuditEntry } from '../../app/ports.ts';
import type { Json, JsonObject } from '../../core/glossary.ts';
import { callWords } from '../compose.ts';
import type { Tone } from '../output.ts';
import { durationText } from '../words.ts';

export interface TraceEvent {
  text: string;
  level: 'call' | 'event';
  tone: Tone | null;
}

/** One audit row in plain words; null for rows that say nothing about the record by themselves. */
export function eventOf(entry: AuditEntry): TraceEvent | null {
  const { detail } = entry;
  switch (entry.action) {
    case 'observed':
      return event(observedWord(text(detail.change)));
    case 'planned':
      return event(plannedText(detail));
    case 'intended':
      return call(
        `→ ${named(text(detail.call))}: about to be sent (${stepWord(text(detail.step))})`,
        null,
      );
    case 'exchanged':
      return call(
        `← ${named(text(detail.call))}: ${outcomeWord(text(detail.outcome), text(detail.step))} after ${durationText(Number(detail.durationMs ?? 0))} (${stepWord(text(detail.step))})`,
        callTone(text(detail.outcome), text(detail.step)),
      );
    case 'moved':
      return { text: movedText(detail), level: 'event', tone: movedTone(text(detail.to)) };
    case 'flagged':
      return {
        text: `flagged ${text(detail.code)} (${text(detail.cause)})`,
        level: 'event',
        tone: 'warning',
      };
    case 'cleared':
      return { text: `flag ${text(detail.code)} cleared`, level: 'event', tone: 'good' };
    case 'frozen':
      return event(`made a journal: ${facts(detail)}`);
    default:
      return event(`${entry.action} by ${entry.actor}: ${facts(detail)}`);
  }
}

/** What was sent and answered, as JSON lines; empty when the row has no body (or it was purged). */
export function rawOf(entry: AuditEntry): string[] {
  if (entry.body === null) return [];
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
    default:
      return `seen in ShipBob: ${change}`;
  }
}

function plannedText(detail: JsonObject): string {
  const decisions = Array.isArray(detail.decisions)
    ? detail.decisions.map((decision) => inWords(text(decision)))
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
  const because = text(detail.because);
  const from = text(detail.from);
  const to = text(detail.to);
  return from === to ? `${to}: ${because}` : `${from} → ${to}: ${because}`;
}

function movedTone(to: string): Tone | null {
  if (to === 'posted') return 'good';
  return to === 'flagged' || to === 'unknown' ? 'warning' : null;
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
      return 'answered';
    case 'rejected':
      return reads.has(step) ? 'not there' : 'refused';
    case 'notSent':
      return 'was not sent';
    default:
      return 'gave no clear answer';
  }
}

function stepWord(step: string): string {
  switch (step) {
    case 'lookup':
      return 'there already?';
    case 'prepare':
      return 'getting ready';
    case 'stage':
      return 'no effect yet';
    case 'inspect':
      return 'as we meant it?';
    case 'commit':
      return 'commit';
    case 'readBack':
      return 'believed only now';
    default:
      return step;
  }
}

function event(words: string): TraceEvent {
  return { text: words, level: 'event', tone: null };
}

function call(words: string, tone: Tone | null): TraceEvent {
  return { text: words, level: 'call', tone };
}

function text(value: Json | undefined): string {
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
        ? value.map(text).join('; ')
        : `${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} ${text(value)}`,
    )
    .join(', ');
}
