import type { RunningSandbox } from '../../src/sandbox/server.ts';
import type { Expected } from './simulation-expected.ts';

/** What the two systems' own books say about a week; nothing in it comes from the connector. */
export interface Verdict {
  /** A second effect, or more than there was. */
  doubles: string[];
  /** Neither posted nor waiting for a person, or with other content. */
  losses: string[];
  wrong: string[];
  eligible: number;
  posted: number;
  /** Movements that people put aside, and that are not in Infor. */
  ignored: number;
  /** Charges whose journal nobody can prove on a tenant without a voucher list. */
  unprovable: number;
  documents: Record<string, number>;
  /** Movements that are not counted as eligible, by what speaks against them. */
  excluded: Record<string, number>;
}

/** Records that wait for a person, as `order:1`, `receiving:2`, `charge:3`. */
export type Waiting = ReadonlySet<string>;

export interface Judgement {
  sandbox: RunningSandbox;
  infor: ReturnType<RunningSandbox['inforSandbox']['world']['books']>;
  expected: Expected;
  waiting: Waiting;
  putAside: Waiting;
  byHand: ReadonlyMap<number, readonly string[]>;
  unprovable: ReadonlySet<string>;
  verdict: Verdict;
}

/** One movement that shall stand in Infor once. */
export function tally(judgement: Judgement, name: string, record: string, stands: boolean): void {
  const { verdict, waiting, putAside } = judgement;
  if (!stands && putAside.has(record)) {
    verdict.ignored += 1;
    return;
  }
  verdict.eligible += 1;
  if (stands) verdict.posted += 1;
  else if (!waiting.has(record)) verdict.losses.push(`${name} is not in Infor and nobody is asked`);
}

/** It stands, or somebody is asked or has put it aside; neither counts for or against. */
export function settled(
  judgement: Judgement,
  why: string,
  name: string,
  { record, stands }: { record: string; stands: boolean },
): void {
  const { verdict, waiting, putAside } = judgement;
  exclude(verdict, why);
  if (stands || waiting.has(record) || putAside.has(record)) return;
  verdict.losses.push(`${name} is not in Infor as it is in ShipBob and nobody is asked`);
}

export function count(verdict: Verdict, what: string, documents: number): void {
  verdict.documents[what] = (verdict.documents[what] ?? 0) + documents;
}

export function exclude(verdict: Verdict, why: string): void {
  verdict.excluded[why] = (verdict.excluded[why] ?? 0) + 1;
}
