import { documentWord } from '../../app/posting-work.ts';
import type { Rehearsal } from '../../app/rehearsal.ts';
import type { RehearsedDocument } from '../../app/rehearsal-document.ts';
import type { RehearsalSummary } from '../../app/rehearsal-summary.ts';
import type { Cell, Output } from '../output.ts';
import { counted, moneyText } from '../words.ts';

const linesNamed = 8;

export function printRehearsal(
  output: Output,
  { rehearsal, summary }: { rehearsal: Rehearsal; summary: RehearsalSummary },
  shown: number,
): void {
  const { window, documents } = rehearsal;
  const { orders, receivings, charges } = rehearsal.read;
  const words = [
    counted(orders, 'order'),
    counted(receivings, 'receiving order'),
    counted(charges, 'charge'),
  ];
  output.line(`${window.from} to ${window.to}: read ${words.join(', ')}`);
  if (rehearsal.result.troubles.length > 0) {
    output.line(output.paint('Not everything could be read or looked up: see below.', 'warning'));
  }
  output.line();
  if (documents.length === 0) output.line('Nothing would be posted.');
  else {
    printSums(output, summary);
    output.line();
    output.line(shareText(summary));
    output.line();
    printDocuments(output, documents, shown);
  }
  printReceivedBefore(output, rehearsal, shown);
  printCauses(output, summary, shown);
}

function printSums(output: Output, { kinds }: RehearsalSummary): void {
  output.table(
    [
      { title: 'document' },
      { title: 'number', align: 'right' },
      { title: 'already there', align: 'right' },
      { title: 'lines', align: 'right' },
      { title: 'units', align: 'right' },
      { title: 'value', align: 'right' },
    ],
    kinds.map(({ kind, documents, there, lines, units, values }) => [
      documentWord(kind),
      String(documents),
      there === 0 ? '' : String(there),
      String(lines),
      units === '0' ? '' : units,
      values.map(({ amount, currency }) => moneyText(amount, currency)).join(', '),
    ]),
  );
}

function shareText({ records, clean }: RehearsalSummary): string {
  const percent = Math.floor((clean / Math.max(1, records)) * 100);
  return `${clean} of ${counted(records, 'record')} (${percent} %) would post with nothing for a person to do.`;
}

function printDocuments(output: Output, documents: RehearsedDocument[], shown: number): void {
  const there = documents.filter(({ standing }) => standing === 'there').length;
  const posted = counted(documents.length - there, 'document');
  const already = there === 0 ? '' : `, and ${there} stand in Infor already`;
  output.line(
    there === documents.length
      ? `Nothing new would be posted: all ${counted(there, 'document')} stand in Infor already:`
      : `Would post ${posted}${already}:`,
  );
  output.table(
    [
      { title: 'document' },
      { title: 'key' },
      { title: 'for' },
      { title: 'party' },
      { title: 'day' },
      { title: 'warehouse' },
      { title: 'in Infor' },
      { title: 'what', cut: 'under' },
    ],
    documents
      .slice(0, shown)
      .map((document): Cell[] => [
        documentWord(document.kind),
        document.key,
        document.title,
        document.party ?? '',
        document.day ?? '',
        document.warehouse ?? '',
        standingCell(document),
        contentOf(document),
      ]),
  );
  printRest(output, documents.length, shown);
}

function standingCell({ standing, number }: RehearsedDocument): Cell {
  switch (standing) {
    case 'new':
      return '';
    case 'there':
      return `as ${number ?? ''}`;
    case 'deleted':
      return { text: `${number ?? ''} deleted`, tone: 'bad' };
    case 'partly':
      return { text: `${number ?? ''} in part`, tone: 'bad' };
    case 'unclear':
      return { text: 'no answer', tone: 'warning' };
  }
}

/** `3 COFFEE-LIGHT`, or the account of a journal line; a long document is cut to its first lines. */
function contentOf({ kind, lines, currency }: RehearsedDocument): string {
  const words = lines.slice(0, linesNamed).map(({ item, quantity, unit, lot, amount }) => {
    if (kind === 'journal') return `${moneyText(amount ?? '0', currency)} on ${item}`;
    const counting = unit === null ? quantity : `${quantity} ${unit}`;
    return `${counting} ${item}${lot === null ? '' : ` lot ${lot}`}`;
  });
  const more = lines.length - linesNamed;
  return more <= 0 ? words.join(', ') : `${words.join(', ')} and ${more} more`;
}

function printReceivedBefore(output: Output, { receivedBefore }: Rehearsal, shown: number): void {
  if (receivedBefore.length === 0) return;
  output.line();
  output.line(
    'Of receiving orders from before these days, what Infor has received counts as booked before:',
  );
  output.table(
    [
      { title: 'receiving order' },
      { title: 'purchase order' },
      { title: 'units left out', align: 'right' },
    ],
    receivedBefore
      .slice(0, shown)
      .map(({ receivingId, purchaseOrder, units }) => [receivingId, purchaseOrder, units]),
  );
  printRest(output, receivedBefore.length, shown);
}

function printCauses(output: Output, { causes, stops }: RehearsalSummary, shown: number): void {
  output.line();
  if (causes.length === 0) {
    output.line('Nothing would be flagged.');
    return;
  }
  output.line(`Would flag, by ${counted(causes.length, 'cause')}, what holds up most first:`);
  output.block(
    causes.slice(0, shown).flatMap(({ code, records, units, sentence, hint }) => {
      const held = units === '0' ? '' : `, ${counted(Number(units), 'unit')}`;
      return [
        [code, `${counted(records, 'record')}${held}: ${sentence}`],
        ['', hint],
      ] as const;
    }),
  );
  printRest(output, causes.length, shown);
  for (const sentence of stops) {
    output.line(output.paint(`A run would stop rather than raise them: ${sentence}`, 'warning'));
  }
}

export function printRest(output: Output, all: number, shown: number): void {
  if (all > shown) output.line(`… and ${all - shown} more (--limit, --csv and --json show all).`);
}
