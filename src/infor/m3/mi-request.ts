import { encodeText } from '../../runtime/percent-text.ts';
import type { GatewayRequest } from '../ion/gateway.ts';
import type { MiCall } from './mi.ts';

/** Sent with every call; without company and division M3 silently takes the user's own. */
export interface CallContext {
  company: number;
  /** Blank is the company level. */
  division: string;
  language: string;
}

/** Calls of one program that travel together. */
export interface Batch {
  program: string;
  calls: MiCall[];
  recordsMax: number;
}

/** A read: one call goes by GET, several by the bulk POST. */
export function readRequest(settings: CallContext, batch: Batch): GatewayRequest {
  const [only] = batch.calls;
  if (batch.calls.length === 1 && only !== undefined) return singleRequest(settings, batch, only);
  return bulkRequest(settings, batch);
}

/** Some grids ignore `maxrecs` in the query, so it goes into the path as well. */
function singleRequest(settings: CallContext, batch: Batch, call: MiCall): GatewayRequest {
  const query: [string, string][] = [
    ...Object.entries(call.record),
    ['cono', String(settings.company)],
    ['divi', settings.division],
    ['lanc', settings.language],
    ['maxrecs', String(batch.recordsMax)],
    ['dateformat', 'YMD8'],
    ['excludeempty', 'false'],
    ['righttrim', 'true'],
    ['format', 'UNFORMATTED'],
    ['extendedresult', 'false'],
  ];
  if (call.columns.length > 0) query.push(['returncols', call.columns.join(',')]);
  const encoded = query.map(([name, value]) => `${name}=${encodeText(value)}`).join('&');
  return {
    method: 'GET',
    path: `/M3/m3api-rest/v2/execute/${batch.program}/${call.transaction}`,
    suffix: `;maxrecs=${batch.recordsMax}?${encoded}`,
    body: null,
  };
}

/** M3 reads the body while it arrives: `transactions` has to be its last attribute. */
export function bulkRequest(settings: CallContext, batch: Batch): GatewayRequest {
  const body = {
    program: batch.program,
    cono: settings.company,
    divi: settings.division,
    lanc: settings.language,
    dateFormat: 'YMD8',
    excludeEmptyValues: false,
    rightTrim: true,
    maxReturnedRecords: batch.recordsMax,
    transactions: batch.calls.map((call) => ({
      transaction: call.transaction,
      record: call.record,
      ...(call.columns.length > 0 ? { selectedColumns: call.columns } : {}),
    })),
  };
  return {
    method: 'POST',
    path: '/M3/m3api-rest/v2/execute',
    suffix: '',
    body: JSON.stringify(body),
  };
}
