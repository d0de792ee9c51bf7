/** Open flags as concerns: one per cause, or one per reason where the causes are too many. */
import type { Concern } from './alert-message.ts';
import { flagReason } from './flag-reason.ts';
import type { Flag, RecordKind } from './glossary.ts';
import { canonicalDecimal, readDecimal } from './quantity.ts';

/** What is read of a flag here; a storm of them passes through. */
export type AlertFlag = Pick<
  Flag,
  'code' | 'cause' | 'record' | 'sentence' | 'hint' | 'quantity' | 'raisedAtMs'
>;

/** A reason with more causes than this is told as one: nobody reads forty messages. */
const causesMax = 4;
const examplesMax = 3;

/** Reasons that mean more than a record waiting: something may be wrong in Infor's books. */
export const graveReasons: readonly string[] = [
  'OUTCOME_UNKNOWN',
  'DUPLICATE_IN_INFOR',
  'PARTLY_BOOKED',
];

interface Group {
  code: string;
  cause: string;
  count: number;
  records: Map<RecordKind, Set<string>>;
  units: ReturnType<typeof readDecimal>;
  newestAtMs: number;
  /** Distinct sentences, the first few. */
  sentences: string[];
  hint: string;
}

/** One concern per reason and cause; `flag:REASON:cause`, or `flag:REASON` for many causes. */
export function flagConcerns(flags: readonly AlertFlag[]): Concern[] {
  const reasons = new Map<string, Map<string, Group>>();
  for (const flag of flags) {
    const causes = reasons.get(flag.code) ?? new Map<string, Group>();
    reasons.set(flag.code, causes);
    const group = causes.get(flag.cause) ?? emptyGroup(flag);
    causes.set(flag.cause, group);
    add(group, flag);
  }
  return [...reasons.values()].flatMap((causes) => {
    const groups = [...causes.values()];
    return groups.length > causesMax ? [manyConcern(groups)] : groups.map(oneConcern);
  });
}

function emptyGroup({ code, cause, hint }: AlertFlag): Group {
  const records = new Map<RecordKind, Set<string>>();
  return { code, cause, count: 0, records, units: null, newestAtMs: 0, sentences: [], hint };
}

function add(group: Group, flag: AlertFlag): void {
  group.count += 1;
  group.newestAtMs = Math.max(group.newestAtMs, flag.raisedAtMs);
  const ids = group.records.get(flag.record.kind) ?? new Set<string>();
  group.records.set(flag.record.kind, ids.add(flag.record.id));
  addUnits(group, flag.quantity);
  if (group.sentences.length < examplesMax && !group.sentences.includes(flag.sentence)) {
    group.sentences.push(flag.sentence);
  }
}

function addUnits(group: Group, text: string | null): void {
  const units = text === null ? null : readDecimal(text);
  if (units !== null) group.units = group.units === null ? units : group.units.plus(units);
}

function oneConcern(group: Group): Concern {
  const because = lowerFirst(withoutStop(group.sentences[0] ?? group.code));
  const single = group.count === 1;
  const title = single
    ? `${waitText(group)}: ${because}`
    : group.sentences.length === 1
      ? `${waitText(group)} because ${because}${unitText(group)}`
      : `${waitText(group)} for one cause${unitText(group)}: ${because}, and others`;
  return {
    message: {
      cause: `flag:${group.code}:${group.cause}`,
      severity: graveReasons.includes(group.code) ? 'problem' : 'warning',
      title,
      lines: [group.hint, `mlc flagged list --reason ${group.code}`],
    },
    grewAtMs: group.newestAtMs,
  };
}

function manyConcern(groups: Group[]): Concern {
  const [first] = groups;
  const code = first?.code ?? '';
  const sum = emptyGroup({
    code,
    cause: '',
    hint: flagReason(code)?.hint ?? first?.hint ?? '',
    record: { kind: 'order', id: '' },
    sentence: '',
    quantity: null,
    raisedAtMs: 0,
  });
  for (const group of groups) merge(sum, group);
  const biggest = [...groups].sort((left, right) => right.count - left.count);
  const examples = biggest
    .slice(0, examplesMax)
    .map((group) => `${group.count} × ${group.sentences[0] ?? group.cause}`);
  return {
    message: {
      cause: `flag:${code}`,
      severity: graveReasons.includes(code) ? 'problem' : 'warning',
      title: `${waitText(sum)} for ${groups.length} causes of one kind (${code})${unitText(sum)}`,
      lines: [...examples, sum.hint, `mlc flagged list --reason ${code} --by cause`],
    },
    grewAtMs: sum.newestAtMs,
  };
}

function merge(sum: Group, group: Group): void {
  sum.count += group.count;
  sum.newestAtMs = Math.max(sum.newestAtMs, group.newestAtMs);
  for (const [kind, ids] of group.records) {
    const all = sum.records.get(kind) ?? new Set<string>();
    for (const id of ids) all.add(id);
    sum.records.set(kind, all);
  }
  if (group.units !== null) sum.units = sum.units?.plus(group.units) ?? group.units;
}

const recordWords: Record<RecordKind, [one: string, many: string]> = {
  order: ['order', 'orders'],
  receiving: ['receiving order', 'receiving orders'],
  charge: ['charge', 'charges'],
};

/** `37 orders wait`, `1 order and 2 receiving orders wait`. */
function waitText({ records }: Group): string {
  const parts = [...records].map(
    ([kind, ids]) => `${ids.size} ${recordWords[kind][ids.size === 1 ? 0 : 1]}`,
  );
  const total = [...records.values()].reduce((sum, ids) => sum + ids.size, 0);
  return `${parts.join(' and ')} ${total === 1 ? 'waits' : 'wait'}`;
}

function unitText({ units }: Group): string {
  if (units === null || units.eq(0)) return '';
  return `, ${canonicalDecimal(units)} ${units.eq(1) ? 'unit' : 'units'}`;
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
