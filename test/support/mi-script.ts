import { Problem } from '../../src/core/problem.ts';
import type { MiCall, MiClient, MiResult, TimedResult } from '../../src/infor/m3/mi.ts';

type Row = Record<string, string>;

export interface MiScript {
  client: MiClient;
  /** The next results of this call, e.g. `OIS100MI/Confirm`, in the order they are asked for. */
  on(call: string, ...results: MiResult[]): MiScript;
  /** Every call that was made, with its record. */
  sent: { call: string; record: Row }[];
  /** The rows asked for at most, read by read. */
  limits: number[];
  /** Throws when something scripted was never asked for. */
  verify(): void;
}

/** An M3 client that answers only what was scripted, and throws on anything else. */
export function miScript(): MiScript {
  const queues = new Map<string, MiResult[]>();
  const sent: MiScript['sent'] = [];
  const limits: number[] = [];
  const answer = (program: string, call: MiCall): MiResult => {
    const name = `${program}/${call.transaction}`;
    sent.push({ call: name, record: call.record });
    const result = queues.get(name)?.shift();
    if (result === undefined) throw new Error(`not scripted: ${name}`);
    return result;
  };
  const script: MiScript = {
    sent,
    limits,
    on(call, ...results) {
      queues.set(call, [...(queues.get(call) ?? []), ...results]);
      return script;
    },
    verify() {
      const unused = [...queues].filter(([, left]) => left.length > 0).map(([name]) => name);
      if (unused.length > 0) throw new Error(`scripted and never asked for: ${unused.join(', ')}`);
    },
    client: {
      // What stands behind a call that was not a yes stays unsent, as the real client has it.
      async write(program, groups) {
        return groups.map((calls) => {
          let stopped = false;
          return calls.map((call): TimedResult => {
            const result = stopped ? notSent() : answer(program, call);
            stopped = stopped || result.kind !== 'ok';
            return { result, durationMs: 1 };
          });
        });
      },
      async read(program, calls, options) {
        limits.push(options.recordsMax);
        return calls.map((call) => ({ result: answer(program, call), durationMs: 1 }));
      },
      callCounts: () => ({}),
    },
  };
  return script;
}

export function ok(...records: Row[]): MiResult {
  return { kind: 'ok', records, complete: 'yes' };
}

/** A list that was cut. */
export function cutShort(...records: Row[]): MiResult {
  return { kind: 'ok', records, complete: 'no' };
}

export function nok(code: string, field = '', message = 'Refused'): MiResult {
  return { kind: 'nok', code, field, message };
}

/** "Record does not exist". */
export const missing = nok('XRE0103', '', 'Record does not exist');

export function invalid(): MiResult {
  return { kind: 'invalid', problem: someProblem('TOO_LONG', 'rejected') };
}

export function unclear(): MiResult {
  return { kind: 'unclear', problem: someProblem('NO_ANSWER', 'unknown') };
}

export function notSent(): MiResult {
  return { kind: 'notSent', problem: someProblem('NOT_SENT', 'retryable') };
}

function someProblem(code: string, kind: Problem['kind']): Problem {
  return new Problem({ code, kind, message: code, hint: 'None.' });
}
