import { judgeBudget } from '../core/budget.ts';
import type { DocumentKind, Flag, RecordKind } from '../core/glossary.ts';
import { sumAmounts } from '../core/money.ts';
import { compareQuantities, isNegative, sumQuantities } from '../core/quantity.ts';
import type { Amount, Quantity } from '../core/schema.ts';
import type { LimitSettings } from '../core/settings.ts';
import { postingOrder } from './posting-work.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { RehearsedDocument } from './rehearsal-document.ts';

export interface KindSum {
  kind: DocumentKind;
  documents: number;
  /** Of these, how many stand in Infor under their key. */
  there: number;
  lines: number;
  units: Quantity;
  /** Per currency; only what is known before Infor prices it. */
  values: { currency: string | null; amount: Amount }[];
}

/** Flags of one cause are one thing to mend. */
export interface FlagCause {
  code: string;
  cause: string;
  records: number;
  units: Quantity;
  /** Of the first of them. */
  sentence: string;
  hint: string;
}

export interface RehearsalSummary {
  kinds: KindSum[];
  causes: FlagCause[];
  /** Records that would become documents, or be flagged. */
  records: number;
  /** Of these, how many would post with nothing for a person to do. */
  clean: number;
  /** A run would stop instead of raising so many flags; one sentence for each kind of record. */
  stops: string[];
}

export function summaryOf(
  { documents, flags, read }: Rehearsal,
  limits: LimitSettings,
): RehearsalSummary {
  const flagged = new Set(flags.map(({ flag }) => nameOf(flag.record)));
  const records = new Set(flagged);
  const unclean = new Set(flagged);
  for (const document of documents) {
    for (const name of namesOf(document)) {
      records.add(name);
      if (!isClean(document)) unclean.add(name);
    }
  }
  const { orders, receivings, charges } = read;
  const seen: [RecordKind, number][] = [
    ['order', orders],
    ['receiving', receivings],
    ['charge', charges],
  ];
  return {
    kinds: postingOrder.flatMap((kind) => kindSum(kind, documents)),
    causes: causesOf(flags.map(({ flag }) => flag)),
    records: records.size,
    clean: records.size - unclean.size,
    stops: seen.flatMap(([kind, planned]) => {
      const newlyFlagged = [...flagged].filter((name) => name.startsWith(`${kind}:`)).length;
      const verdict = judgeBudget({ planned, newlyFlagged, limits });
      return verdict.verdict === 'stop' ? [verdict.sentence] : [];
    }),
  };
}

function isClean({ standing }: RehearsedDocument): boolean {
  return standing === 'new' || standing === 'there';
}

/** A journal stands for all the charges in it. */
function namesOf({ record, charges }: RehearsedDocument): string[] {
  return charges.length === 0 ? [nameOf(record)] : charges.map((id) => `charge:${id}`);
}

function nameOf({ kind, id }: { kind: RecordKind; id: string }): string {
  return `${kind}:${id}`;
}

function kindSum(kind: DocumentKind, all: readonly RehearsedDocument[]): KindSum[] {
  const documents = all.filter((document) => document.kind === kind);
  if (documents.length === 0) return [];
  const currencies = [
    ...new Set(documents.flatMap((one) => (one.value === null ? [] : [one.currency]))),
  ];
  return [
    {
      kind,
      documents: documents.length,
      there: documents.filter(({ standing }) => standing === 'there').length,
      lines: documents.reduce((sum, { lines }) => sum + lines.length, 0),
      units: sumQuantities(documents.map(({ units }) => units)),
      values: currencies.map((currency) => ({
        currency,
        amount: sumAmounts(
          documents.flatMap((one) =>
            one.value === null || one.currency !== currency ? [] : [one.value],
          ),
        ),
      })),
    },
  ];
}

/** What holds up most records stands first, then most units. */
function causesOf(flags: readonly Flag[]): FlagCause[] {
  const groups = new Map<string, Flag[]>();
  for (const flag of flags) {
    const name = JSON.stringify([flag.code, flag.cause]);
    const group = groups.get(name);
    if (group) group.push(flag);
    else groups.set(name, [flag]);
  }
  return [...groups.values()]
    .flatMap((members): FlagCause[] => {
      const [first] = members;
      if (first === undefined) return [];
      const { code, cause, sentence, hint } = first;
      const known = members.flatMap(({ quantity }) =>
        quantity === null || isNegative(quantity) ? [] : [quantity],
      );
      const records = new Set(members.map(({ record }) => nameOf(record))).size;
      return [{ code, cause, records, units: sumQuantities(known), sentence, hint }];
    })
    .sort((a, b) => b.records - a.records || compareQuantities(b.units, a.units));
}
