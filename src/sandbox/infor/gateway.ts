import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import { answerFaults, damaged, earlyFaults, waitTextOf } from '../broken-answer.ts';
import type { FaultKind, FaultPlan } from '../faults.ts';
import { Refusal } from './call.ts';
import { checkContext, type RunMode, runItem, runLate } from './dispatch.ts';
import {
  envelope,
  faultEnvelope,
  faulty,
  type ItemResult,
  notProcessed,
  RequestFault,
  refused,
} from './envelope.ts';
import { type MiItem, type MiRequest, parseBulk, parseSingle } from './mi-request.ts';
import { isProgram, transactionOf } from './program.ts';
import type { State } from './state.ts';

const readFaults: readonly FaultKind[] = [
  ...earlyFaults,
  ...answerFaults,
  'terminatedBulk',
  'partialBulk',
];
const stageFaults: readonly FaultKind[] = [
  ...readFaults,
  'serverErrorAfter',
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'resetAfter',
  'lockedOnce',
];
const commitFaults: readonly FaultKind[] = [...stageFaults, 'okWithoutEffect'];

/** Calls that add a line to a staged document; a lost one may land later all the same. */
const stagingLine = /\/(AddBatchLine|AddLine|AddWhsLine|AddStkId|AddStkIns|AddBatchLineFld)$/;

/** One call of the M3 API service, with the fault the plan has for it. */
export function handleMi(
  state: State,
  faults: FaultPlan,
  request: HttpRequest,
  tail: string,
): HttpAnswer {
  try {
    const parsed =
      request.method === 'POST'
        ? parseBulk(request.body)
        : parseSingle(tail, request.query, request.headers.positionkey);
    for (const name of callNames(parsed)) {
      state.callCounts.set(name, (state.callCounts.get(name) ?? 0) + 1);
    }
    const kind = faults.choose(callNames(parsed).join(' '), suffers(state, parsed));
    return answer(state, parsed, kind);
  } catch (problem) {
    if (!(problem instanceof RequestFault)) throw problem;
    return json(400, faultEnvelope(problem));
  }
}

/** What the login can suffer. */
export const loginFaults: readonly FaultKind[] = [...earlyFaults, ...answerFaults];

/** The answer that hides what happened; undefined for kinds that answer in the normal way. */
export function brokenAnswer(kind: FaultKind, nowMs: number): HttpAnswer | undefined {
  const wait = waitTextOf(kind, { seconds: 2, nowMs });
  if (wait !== undefined) return limited(wait);
  if (kind === 'unauthorized') return gatewayError(401, 'Invalid or expired access token');
  if (kind.startsWith('serverError')) return gatewayError(503, 'Backend not available');
  if (kind.startsWith('gatewayTimeout')) return gatewayError(504, 'Target did not answer in time');
  if (kind.startsWith('reset')) return { status: 500, reset: true };
  if (kind === 'loginPage') return { status: 302, headers: { location: '/as/login' } };
  if (kind === 'html') {
    const headers = { 'content-type': 'text/html' };
    return { status: 502, headers, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
  }
  return undefined;
}

function limited(wait: string | null): HttpAnswer {
  const answer = gatewayError(429, 'Quota exceeded');
  if (wait === null) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': wait } };
}

export function gatewayError(status: number, text: string): HttpAnswer {
  return json(status, JSON.stringify({ error: { code: status, message: text } }));
}

function answer(state: State, request: MiRequest, kind: FaultKind | null): HttpAnswer {
  if (kind === null) return runAll(state, request, 'normal');
  if (answerFaults.includes(kind)) {
    return damaged(runAll(state, request, 'normal'), kind, state.tenant.slowMs);
  }
  if (kind === 'okWithoutEffect') return runAll(state, request, 'hollow');
  if (kind === 'staleRead') return tellOld(state, request);
  if (kind === 'terminatedBulk') return terminate(state, request);
  if (kind === 'partialBulk') return breakOne(state, request);
  if (kind === 'lockedOnce') return lockFirst(state, request);
  if (kind.endsWith('After')) runAll(state, request, 'normal');
  if (kind === 'gatewayTimeoutLate' || landsAnyway(state, request, kind)) {
    runLate(state, request, landingMs(state));
  }
  return brokenAnswer(kind, state.clock.now()) ?? gatewayError(500, kind);
}

/** In tenants with late staging lines a lost line is a late one. */
function landsAnyway(state: State, request: MiRequest, kind: FaultKind): boolean {
  const lost = kind === 'gatewayTimeoutBefore' || kind === 'resetBefore';
  if (!lost || !state.tenant.lateStagingLines) return false;
  const names = callNames(request);
  return (
    names.some((name) => stagingLine.test(name)) && !kindsOf(state, request).includes('commit')
  );
}

function landingMs(state: State): number {
  const { lateEffectMsMin, lateEffectMsMax } = state.tenant;
  const spread = Math.max(0, lateEffectMsMax - lateEffectMsMin);
  return state.clock.now() + lateEffectMsMin + Math.floor(state.random.next() * spread);
}

function runAll(state: State, request: MiRequest, mode: RunMode): HttpAnswer {
  const results = runItems(state, request, { mode, upTo: request.items.length });
  return results ? json(200, envelope(results, false)) : gatewayError(504, 'Target is slow');
}

/** Undefined when a commit is submitted that outlasts the gateway's patience. */
function runItems(
  state: State,
  request: MiRequest,
  settings: { mode: RunMode; upTo: number },
): ItemResult[] | undefined {
  checkRequest(state, request);
  const nowMs = state.clock.now();
  const runs = request.items.slice(0, settings.upTo).map((item) => {
    const run = runItem(state, request, item, { nowMs, mode: settings.mode });
    keep(state, request, item, run.result);
    return run;
  });
  return runs.some((run) => run.overdue) ? undefined : runs.map((run) => run.result);
}

function keep(state: State, request: MiRequest, item: MiItem, result: ItemResult): void {
  const ageMsMax = state.tenant.staleReadMsMax;
  if (ageMsMax === 0 || kindOf(state, request, item) !== 'read') return;
  state.answers.remember(callOf(request, item), result, { nowMs: state.clock.now(), ageMsMax });
}

function recall(state: State, request: MiRequest, item: MiItem): ItemResult | undefined {
  const nowMs = state.clock.now();
  return state.answers.recall(callOf(request, item), nowMs, state.tenant.staleReadMsMax);
}

/** As things stood when the same was asked before; what was not is answered truly. */
function tellOld(state: State, request: MiRequest): HttpAnswer {
  checkRequest(state, request);
  const nowMs = state.clock.now();
  const results = request.items.map(
    (item) =>
      recall(state, request, item) ??
      runItem(state, request, item, { nowMs, mode: 'normal' }).result,
  );
  return json(200, envelope(results, false));
}

/** Everything that shapes the answer. */
function callOf(request: MiRequest, item: MiItem): string {
  const { items: _, ...shape } = request;
  return JSON.stringify([shape, item]);
}

function checkRequest(state: State, request: MiRequest): void {
  if (!isProgram(request.program)) {
    throw new RequestFault('TransactionNotFound', `Program ${request.program} not found`);
  }
  checkContext(state, request);
}

/** The job ends somewhere in the middle; what comes after was never tried. */
function terminate(state: State, request: MiRequest): HttpAnswer {
  const upTo = Math.floor(state.random.next() * request.items.length);
  const done = runItems(state, request, { mode: 'normal', upTo }) ?? [];
  const rest = request.items.slice(done.length).map((item) => notProcessed(item.transaction));
  return json(200, envelope([...done, ...rest], true));
}

/** One item breaks inside M3, with or without its effect; the others run. */
function breakOne(state: State, request: MiRequest): HttpAnswer {
  checkRequest(state, request);
  const nowMs = state.clock.now();
  const broken = Math.floor(state.random.next() * request.items.length);
  const effective = state.random.next() < 0.5;
  const results = request.items.map((item, index) => {
    if (index !== broken || effective) {
      const { result } = runItem(state, request, item, { nowMs, mode: 'normal' });
      if (index !== broken) return result;
    }
    return faulty(item.transaction, new RequestFault('BackendInternalError', 'M3 job failed'));
  });
  return json(200, envelope(results, false));
}

/** The first writing item meets another user's lock, and is fine when tried again. */
function lockFirst(state: State, request: MiRequest): HttpAnswer {
  checkRequest(state, request);
  const nowMs = state.clock.now();
  const locked = kindsOf(state, request).findIndex((kind) => kind !== 'read');
  const messageProgram = request.program === 'MHS850MI' || request.program === 'MMS850MI';
  const refusal = messageProgram
    ? new Refusal('XO_1130', '', 'Resource is in use, try again later')
    : new Refusal('XUP0001', '', 'Record has been changed by user OTHER');
  const results = request.items.map((item, index) =>
    index === locked
      ? refused(item.transaction, refusal, {
          blankCode: state.tenant.blankErrorCodes,
          records: [],
        })
      : runItem(state, request, item, { nowMs, mode: 'normal' }).result,
  );
  return json(200, envelope(results, false));
}

function suffers(state: State, request: MiRequest): readonly FaultKind[] {
  const kinds = request.items.map((item) => kindOf(state, request, item));
  if (kinds.includes('commit')) return commitFaults;
  if (kinds.includes('stage')) return stageFaults;
  const isRemembered = request.items.some((item) => recall(state, request, item) !== undefined);
  return isRemembered ? [...readFaults, 'staleRead'] : readFaults;
}

function kindsOf(state: State, request: MiRequest): string[] {
  return request.items.map((item) => kindOf(state, request, item));
}

function kindOf(state: State, { program }: MiRequest, item: MiItem): string {
  return transactionOf(program, item.transaction, state.tenant)?.kind ?? 'read';
}

function callNames(request: MiRequest): string[] {
  return request.items.map((item) => `${request.program}/${item.transaction}`);
}

function json(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}
