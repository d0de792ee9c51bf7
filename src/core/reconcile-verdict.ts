/** What a comparison comes to, in one word and one sentence. */
import type {
  NotCompared,
  ReconciliationFinding,
  ReconciliationPeriod,
  ReconciliationVerdict,
  WaitingRow,
} from './reconciliation.ts';

export interface VerdictFacts {
  period: ReconciliationPeriod;
  findings: readonly ReconciliationFinding[];
  notCompared: readonly NotCompared[];
  waiting: readonly WaitingRow[];
  /** On hand was left out because somebody asked for that. */
  withoutOnHand: 'yes' | 'no';
  movements: number;
}

/** While anything was not compared the books may differ: that is never called agreement. */
export function verdictOf(facts: VerdictFacts): {
  verdict: ReconciliationVerdict;
  verdictSentence: string;
} {
  const { findings, notCompared, period } = facts;
  const days = period.from === period.to ? period.from : `${period.from} to ${period.to}`;
  const scope = facts.withoutOnHand === 'yes' ? '; on hand was left out' : '';
  if (findings.length > 0) {
    const incomplete =
      notCompared.length === 0
        ? ''
        : `, and ${counted(notCompared.length, 'part')} could not be compared`;
    return {
      verdict: 'differs',
      verdictSentence: `The books differ for ${days}: ${counted(findings.length, 'finding')}${incomplete}${scope}.`,
    };
  }
  if (notCompared.length > 0) {
    return {
      verdict: 'incomplete',
      verdictSentence: `Nothing differs for ${days} in what was compared; ${counted(notCompared.length, 'part')} could not be compared${scope}.`,
    };
  }
  const open = facts.waiting.length;
  const rest =
    open === 0 ? '' : `, ${counted(open, 'document')} not in Infor yet for a known reason`;
  return {
    verdict: 'agrees',
    verdictSentence: `The books agree for ${days}: ${counted(facts.movements, 'movement')}${rest}${scope}.`,
  };
}

function counted(number: number, word: string): string {
  return `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`;
}
