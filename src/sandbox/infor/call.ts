import { type Decimal, parseDecimal } from './decimal.ts';
import type { Row } from './row.ts';
import type { State } from './state.ts';
import type { TenantModes } from './tenant.ts';

/** M3's business "no": the call changed nothing and answers HTTP 200 with `ServerReturnedNOK`. */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string;
  readonly text: string;

  constructor(code: string, field: string, text: string) {
    super(`${code} ${field}: ${text}`);
    this.code = code;
    this.field = field;
    this.text = text;
  }
}

/** The input record of one call; blank counts as not given. */
export class Input {
  readonly fields: Row;

  constructor(fields: Row) {
    this.fields = fields;
  }

  text(name: string): string {
    return (this.fields[name] ?? '').trimEnd();
  }

  has(name: string): boolean {
    return this.text(name) !== '';
  }

  /** A whole number; blank reads as 0. */
  whole(name: string): number {
    const text = this.text(name);
    if (text === '') return 0;
    if (!/^\d+$/.test(text.trim())) throw new Refusal('XNU0101', name, 'Number is not valid');
    return Number(text);
  }

  decimal(name: string): Decimal | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const value = parseDecimal(text);
    if (value === undefined) throw new Refusal('XNU0101', name, 'Number is not valid');
    return value;
  }
}

export interface Call {
  state: State;
  input: Input;
  /** Virtual time at which the transaction runs. */
  nowMs: number;
}

export type Rows = Iterable<Row>;

/**
 * `read` changes nothing, `stage` takes effect inside the call. A `commit` is checked when it
 * arrives and takes effect by a job, at once or later: two jobs of one handle that ran in parallel
 * both take effect, which is why nothing may be committed again while a first attempt may live.
 */
export type Transaction =
  | { kind: 'read' | 'stage'; run(call: Call): Rows | undefined }
  | {
      kind: 'commit';
      /** Refuses, or gives the effect to run when the job runs. */
      begin(call: Call): (nowMs: number) => Rows | undefined;
      delayMs(tenant: TenantModes): number;
      /** The answer while the job has not run yet. */
      submitted?: Row;
      /** What is left behind when the call says OK and nothing was posted. */
      withoutEffect?(call: Call): void;
    };

export type Program = Record<string, Transaction>;

export function absent(field: string): Refusal {
  return new Refusal('XRE0103', field, 'Record does not exist');
}

export function duplicate(field: string): Refusal {
  return new Refusal('XRE0104', field, 'Record already exists');
}

export function required<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw absent(field);
  return value;
}

export type { Row } from './row.ts';
