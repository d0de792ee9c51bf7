/** What is open at the end of a period: waiting, cut off, flagged; and what people changed. */
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { daysBetween } from './moment.ts';
import { type ReportTable, table } from './table.ts';
import { documentText, recordText } from './table-text.ts';
import { cutOffWords, waitingWords } from './words.ts';

export function waitingTable(report: ReconciliationReport): ReportTable {
  return table(
    'unposted',
    'Unposted',
    [
      ['document', 'Document', 'text', ({ document }) => documentText(document)],
      ['key', 'Key', 'code', ({ key }) => key],
      ['record', 'ShipBob record', 'text', ({ record }) => recordText(record)],
      ['day', 'Day', 'day', ({ day }) => day],
      ['units', 'Units', 'quantity', ({ units }) => units],
      ['amount', 'Value', 'amount', ({ amount }) => amount],
      ['currency', 'Currency', 'code', ({ currency }) => currency],
      ['state', 'State', 'text', ({ state }) => waitingWords[state]],
      ['why', 'Why', 'text', ({ why }) => why],
    ],
    report.waiting,
  );
}

export function cutOffTable(report: ReconciliationReport): ReportTable {
  return table(
    'cut-off',
    'Cut-off',
    [
      ['direction', 'Side', 'text', ({ direction }) => cutOffWords[direction]],
      ['document', 'Document', 'text', ({ document }) => documentText(document)],
      ['key', 'Key', 'code', ({ key }) => key],
      ['record', 'ShipBob record', 'text', ({ record }) => recordText(record)],
      ['inforNumber', 'Infor number', 'code', ({ inforNumber }) => inforNumber],
      ['movedOn', 'Moved on', 'day', ({ movedOn }) => movedOn],
      ['postedAt', 'Posted at', 'moment', ({ postedAtMs }) => postedAtMs],
      ['bookedOn', 'Booked on', 'day', ({ bookedOn }) => bookedOn],
      ['units', 'Units', 'quantity', ({ units }) => units],
    ],
    report.cutOff,
  );
}

export function flagsTable(report: ReconciliationReport): ReportTable {
  return table(
    'open-flags',
    'Open flags',
    [
      ['flag', 'Flag', 'code', ({ id }) => String(id)],
      ['code', 'Reason', 'code', ({ code }) => code],
      ['sentence', 'What it says', 'text', ({ sentence }) => sentence],
      ['record', 'ShipBob record', 'text', ({ record }) => recordText(record)],
      ['raisedAt', 'Raised at', 'moment', ({ raisedAtMs }) => raisedAtMs],
      [
        'ageDays',
        'Age in days',
        'count',
        ({ raisedAtMs }) => daysBetween(raisedAtMs, report.asOfMs),
      ],
      ['units', 'Units', 'quantity', ({ units }) => units],
      ['amount', 'Value', 'amount', ({ amount }) => amount],
      ['currency', 'Currency', 'code', ({ currency }) => currency],
      ['assignee', 'With', 'text', ({ assignee }) => assignee],
      ['ignored', 'Ignored', 'text', ({ ignored }) => ignored],
    ],
    report.flags,
  );
}

export function mappingTable(report: ReconciliationReport): ReportTable {
  return table(
    'mapping-changes',
    'Mapping changes',
    [
      ['at', 'When', 'moment', ({ atMs }) => atMs],
      ['kind', 'Kind', 'text', ({ kind }) => kind],
      ['source', 'ShipBob value', 'code', ({ source }) => source],
      ['before', 'Before', 'code', ({ before }) => before],
      ['after', 'After', 'code', ({ after }) => after],
      ['actor', 'By', 'text', ({ actor }) => actor],
      ['because', 'Because', 'text', ({ because }) => because],
    ],
    report.mappingChanges,
  );
}
