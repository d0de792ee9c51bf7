/** Open flags as concerns: one per cause, or one per reason where the causes are too many. */
import type { Concern } from './alert-message.ts';
import { flagReason } from './flag-reason.ts';
import type { RecordKind } from './glossary.ts';

/** Open flags of one reason, counted where they lie: a storm of them never passes through. */
export interface FlagGroups extends FlagSum {
  code: string;
  /** How many causes there are. */
  causes: number;
  /** Those that hold up the most, at least `alertCausesMax` where there are so many. */
  biggest: FlagGroup[];
}

export interface FlagGroup extends FlagSum {
  cause: string;
  /** Flags, of which a record may have several. */
  count: number;
  /** Of its oldest flag. */
  sentence: string;
  hint: string;
  /** Whether all its flags say the same. */
  alike: 'yes' | 'no';
}

interface FlagSum {
  records: { kind: RecordKind; count: number }[];
  /** 0 for none. */
  units: number;
  newestAtMs: number;
}

/** A reason with more causes than this is told as one: nobody reads forty messages. */
export const alertCausesMax = 4;
const examplesMax = 3;

/** Reasons that mean more than a record waiting: something may be wrong in Infor's books. */
export const graveReasons: readonly string[] = [
  'OUTCOME_UNKNOWN',
  'DUPLICATE_IN_INFOR',
  'PARTLY_BOOKED',
];

/** One concern per reason and cause; `flag:REASON:cause`, or `flag:REASON` for many causes. */
export function flagConcerns(reasons: readonly FlagGroups[]): Concern[] {
  return reasons.flatMap((reason) =>
    reason.causes > alertCausesMax
      ? [manyConcern(reason)]
      : reason.biggest.map((group) => oneConcern(reason.code, group)),
  );
}

function oneConcern(code: string, group: FlagGroup): Concern {
  const because = lowerFirst(withoutStop(group.sentence));
  const title =
    group.count === 1
      ? `${waitText(group)}: ${because}`
      : group.alike === 'yes'
        ? `${waitText(group)} because ${because}${unitText(group)}`
        : `${waitText(group)} for one cause${unitText(group)}: ${because}, and others`;
  return {
    message: {
      cause: `flag:${code}:${group.cause}`,
      severity: graveReasons.includes(code) ? 'problem' : 'warning',
      title,
      lines: [group.hint, `mlc flagged list --reason ${code}`],
    },
    grewAtMs: group.newestAtMs,
  };
}

function manyConcern(reason: FlagGroups): Concern {
  const { code, causes, biggest } = reason;
  const hint = flagReason(code)?.hint ?? biggest[0]?.hint ?? '';
  const examples = biggest
    .slice(0, examplesMax)
    .map(({ count, sentence }) => `${count} × ${sentence}`);
  return {
    message: {
      cause: `flag:${code}`,
      severity: graveReasons.includes(code) ? 'problem' : 'warning',
      title: `${waitText(reason)} for ${causes} causes of one kind (${code})${unitText(reason)}`,
      lines: [...examples, hint, `mlc flagged list --reason ${code} --by cause`],
    },
    grewAtMs: reason.newestAtMs,
  };
}

const recordWords: Record<RecordKind, [one: string, many: string]> = {
  order: ['order', 'orders'],
  receiving: ['receiving order', 'receiving orders'],
  charge: ['charge', 'charges'],
};

/** `37 orders wait`, `1 order and 2 receiving orders wait`. */
function waitText({ records }: FlagSum): string {
  const parts = records.map(
    ({ kind, count }) => `${count} ${recordWords[kind][count === 1 ? 0 : 1]}`,
  );
  const total = records.reduce((sum, { count }) => sum + count, 0);
  return `${parts.join(' and ')} ${total === 1 ? 'waits' : 'wait'}`;
}

function unitText({ units }: FlagSum): string {
  // Summed as floating point: decimals beyond these are noise.
  const rounded = Math.round(units * 1e6) / 1e6;
  if (rounded === 0) return '';
  return `, ${rounded} ${rounded === 1 ? 'unit' : 'units'}`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** `SKU` and `ShipBob` keep their capitals. */
function lowerFirst(sentence: string): string {
  return /^[A-Z][a-z]+ /.test(sentence) && !sentence.startsWith('Infor ')
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence;
}
