import { isDay } from './calendar.ts';
import { type Call, Input, Refusal, type Row, type Rows, type Transaction } from './call.ts';
import { faulty, type ItemResult, RequestFault, refused } from './envelope.ts';
import { fieldsOf, type TransactionFields } from './field-table.ts';
import type { MiItem, MiRequest } from './mi-request.ts';
import { transactionOf } from './program.ts';
import { type State, schedule } from './state.ts';

/** How an item is run: `hollow` says OK to a commit and posts nothing. */
export type RunMode = 'normal' | 'hollow';

export interface ItemRun {
  result: ItemResult;
  /** The commit takes longer than the gateway waits. */
  overdue: boolean;
}

/** Throws the fault that concerns the request as a whole. */
export function checkContext(state: State, request: MiRequest): void {
  const { company, division } = request;
  const rightCompany = company === undefined || Number(company) === state.seed.company;
  const rightDivision = !division || division === state.seed.division;
  if (rightCompany && rightDivision) return;
  const place = `${company ?? ''}/${division ?? ''}`;
  throw new RequestFault('InvalidUserConoDivi', `Company/division ${place} is not valid`);
}

/** Finds the transaction and checks the record against the field table. */
export function prepare(
  state: State,
  program: string,
  item: MiItem,
): { transaction: Transaction; fields: TransactionFields } {
  const transaction = transactionOf(program, item.transaction, state.tenant);
  const fields = fieldsOf(program, item.transaction);
  if (!transaction || !fields) {
    const name = `${program}/${item.transaction}`;
    throw new RequestFault('TransactionNotFound', `Transaction ${name} not found`);
  }
  if (state.tenant.forbiddenPrograms.includes(program)) {
    throw new Refusal('XAU0008', '', `No authority for program ${program}`);
  }
  for (const [name, value] of Object.entries(item.fields)) {
    const field = fields.input.get(name);
    if (!field) throw new RequestFault('MalformedRequest', `Field ${name} is not known`, name);
    if (field.length > 0 && value.trimEnd().length > field.length) {
      throw new RequestFault('InputFieldTooLong', `Field ${name} is too long`, name);
    }
  }
  for (const { name } of fields.mandatory) {
    if ((item.fields[name] ?? '').trim() !== '') continue;
    throw new RequestFault('MandatoryInputFieldNotFound', `Field ${name} is mandatory`, name);
  }
  return { transaction, fields };
}

export function runItem(
  state: State,
  request: MiRequest,
  item: MiItem,
  settings: { nowMs: number; mode: RunMode },
): ItemRun {
  const { nowMs, mode } = settings;
  const records: Row[] = [];
  try {
    const { transaction, fields } = prepare(state, request.program, item);
    checkValues(state, item, fields);
    const call: Call = { state, input: new Input(item.fields), nowMs };
    const { rows, overdue } = start(transaction, call, mode);
    const result: ItemResult = { transaction: item.transaction };
    if (request.extendedResult) result.parameters = item.fields;
    const position = collect(state, { request, item, fields, rows, records });
    if (rows && fields.output.length > 0) result.records = records;
    if (position !== undefined) result.positionKey = position;
    return { result, overdue };
  } catch (problem) {
    if (problem instanceof RequestFault) {
      if (request.single) throw problem;
      return { result: faulty(item.transaction, problem), overdue: false };
    }
    if (!(problem instanceof Refusal)) throw problem;
    const blankCode = state.tenant.blankErrorCodes;
    const result = refused(item.transaction, problem, { blankCode, records });
    return { result, overdue: false };
  }
}

/**
 * Accepts the commits of the request as jobs that are under way and will take effect later, and
 * anything else as a call that M3 begins only then.
 */
export function runLate(state: State, request: MiRequest, landsAtMs: number): void {
  const nowMs = state.clock.now();
  const commits = request.items.map((item) =>
    transactionOf(request.program, item.transaction, state.tenant),
  );
  if (!commits.every((transaction) => transaction?.kind === 'commit')) {
    schedule(state, landsAtMs, (atMs) => {
      const settings = { nowMs: atMs, mode: 'normal' } as const;
      const bulk = { ...request, single: false };
      for (const item of request.items) runItem(state, bulk, item, settings);
    });
    return;
  }
  for (const item of request.items) {
    tolerate(() => {
      const { transaction, fields } = prepare(state, request.program, item);
      checkValues(state, item, fields);
      if (transaction.kind !== 'commit') return;
      const effect = transaction.begin({ state, input: new Input(item.fields), nowMs });
      schedule(state, landsAtMs, (atMs) => tolerate(() => effect(atMs)));
    });
  }
}

function start(
  transaction: Transaction,
  call: Call,
  mode: RunMode,
): { rows: Rows | undefined; overdue: boolean } {
  if (transaction.kind !== 'commit') return { rows: transaction.run(call), overdue: false };
  const { tenant } = call.state;
  const effect = transaction.begin(call);
  const submitted = transaction.submitted && [transaction.submitted];
  if (mode === 'hollow') {
    transaction.withoutEffect?.(call);
    return { rows: submitted, overdue: false };
  }
  const delayMs = transaction.delayMs(tenant);
  if (delayMs === 0) return { rows: effect(call.nowMs), overdue: false };
  schedule(call.state, call.nowMs + delayMs, (atMs) => tolerate(() => effect(atMs)));
  return { rows: submitted, overdue: delayMs >= tenant.gatewayTimeoutMs };
}

/** A job's "no" has nobody left to hear it. */
function tolerate(run: () => void): void {
  try {
    run();
  } catch (problem) {
    if (!(problem instanceof Refusal || problem instanceof RequestFault)) throw problem;
  }
}

function checkValues(state: State, item: MiItem, fields: TransactionFields): void {
  for (const [name, value] of Object.entries(item.fields)) {
    const text = value.trim();
    const kind = fields.input.get(name)?.kind;
    if (text === '' || kind === 'text') continue;
    if (kind === 'day' && !isDay(text)) {
      throw new Refusal('XDT0101', name, `Date ${text} is not valid`);
    }
    if (kind === 'number' && !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) {
      throw new Refusal('XNU0101', name, `Number ${text} is not valid`);
    }
  }
  const company = item.fields.CONO?.trim();
  if (company && Number(company) !== state.seed.company) {
    throw new Refusal('XAU0008', 'CONO', 'No authority for the company');
  }
}

/** Fills `records` up to the limits; returns where a cut list goes on, if the tenant tells. */
function collect(
  state: State,
  place: {
    request: MiRequest;
    item: MiItem;
    fields: TransactionFields;
    rows: Rows | undefined;
    records: Row[];
  },
): string | undefined {
  const { request, item, fields, rows, records } = place;
  if (!rows) return undefined;
  const limits = [request.recordsMax, state.tenant.listLimit].filter((limit) => limit > 0);
  const limit = fields.list ? Math.min(...limits, Number.POSITIVE_INFINITY) : 1;
  const skip = skipped(state, request);
  let index = 0;
  for (const row of rows) {
    if (index >= skip + limit) {
      return state.tenant.positionKey ? `P${skip + limit}` : undefined;
    }
    if (index >= skip) records.push(shape(state, { request, item, fields, row }));
    index += 1;
  }
  return undefined;
}

function skipped(state: State, request: MiRequest): number {
  if (!state.tenant.positionKey || !request.positionKey) return 0;
  const [, count] = /^P(\d+)$/.exec(request.positionKey) ?? [];
  if (count === undefined) throw new RequestFault('InvalidPositionKey', 'Position key not valid');
  return Number(count);
}

function shape(
  state: State,
  place: { request: MiRequest; item: MiItem; fields: TransactionFields; row: Row },
): Row {
  const { request, item, fields, row } = place;
  const record: Row = {};
  for (const { name, length } of fields.output) {
    if (item.columns && !item.columns.includes(name)) continue;
    const own = name === 'CONO' ? String(state.seed.company) : '';
    const value = (row[name] || own).slice(0, length || undefined);
    if (value === '' && request.excludeEmpty) continue;
    record[name] = request.rightTrim ? value : value.padEnd(length);
  }
  return record;
}
