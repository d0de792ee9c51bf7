import type { Clock, InforReadiness, ReadinessAnswer, SetUpCode } from '../../app/ports.ts';
import { compactDay, dayOf } from '../../core/day.ts';
import { Problem, toProblem } from '../../core/problem.ts';
import type { MiClient, MiResult } from './mi.ts';
import { isAbsentCode, isLockCode } from './outcome.ts';
import { type Probe, probesFor, unreadableFor } from './readiness-probe.ts';
import type { M3Settings } from './settings.ts';

/**
 * Tries, without effect, what the configured documents will need, so that a missing authority shows
 * before the first posting. Answers instead of throwing, but for what concerns every call alike
 * (login refused, suite not registered).
 */
export function createReadiness(options: {
  client: Pick<MiClient, 'read'>;
  clock: Clock;
  settings: M3Settings;
}): InforReadiness {
  const { client, clock, settings } = options;
  return {
    async calls(kinds) {
      const today = compactDay(dayOf(clock.now(), 'UTC'));
      const probes = probesFor(kinds, settings, today);
      const different = new Map(probes.map((probe) => [JSON.stringify(probe), probe]));
      return Promise.all([...different.values()].map((probe) => tryProbe(client, probe)));
    },
    setUp: (wanted) => Promise.all(wanted.map((each) => readSetUp(client, each))),
    unreadable: (kinds) => unreadableFor(kinds),
  };
}

/** One request each: a program that the tenant lacks must not speak for the others. */
async function tryProbe(client: Pick<MiClient, 'read'>, probe: Probe): Promise<ReadinessAnswer> {
  const { program, transaction, record, means } = probe;
  const about = { call: `${program}/${transaction}`, means };
  try {
    const calls = [{ transaction, record, columns: [] }];
    const [answer] = await client.read(program, calls, { recordsMax: 1 });
    return { ...about, ...judge(about.call, answer?.result) };
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'credentials') throw problem;
    return { ...about, result: 'unclear', problem };
  }
}

type Judgement = Pick<ReadinessAnswer, 'result' | 'problem'>;

function judge(call: string, result: MiResult | undefined): Judgement {
  switch (result?.kind) {
    case 'ok':
      return { result: 'works', problem: null };
    case 'nok':
      return judgeNo(call, result);
    case 'invalid': {
      const { problem } = result;
      const missing = problem.code === 'INFOR_TRANSACTION_NOT_FOUND';
      return { result: missing ? 'missing' : 'unclear', problem };
    }
    case 'unclear':
    case 'notSent':
      return { result: 'unclear', problem: result.problem };
    case undefined:
      return { result: 'unclear', problem: null };
  }
}

/**
 * "There is none", "not valid" and "must be entered" (…03, …01, …02) are a program's answers to a
 * key that nobody uses: it did run. XAU is the family of missing authority (infor-api §7).
 */
function judgeNo(call: string, nok: { code: string; field: string; message: string }): Judgement {
  const refused = nok.code.startsWith('XAU');
  const ran =
    isAbsentCode(nok.code) || isLockCode(nok.code) || /^[A-Z]{2,3}_?\d{2,3}0[12]$/.test(nok.code);
  if (ran && !refused) return { result: 'works', problem: null };
  const [program = call] = call.split('/');
  const problem = new Problem({
    code: refused ? 'INFOR_PROGRAM_FORBIDDEN' : 'INFOR_READ_REFUSED',
    kind: 'configuration',
    message: `${call} refused to read: ${nok.code} ${nok.message}`.trim(),
    hint: refused
      ? `Authorise the user linked to the service account for ${program} (SES400), for this company and division (MNS151).`
      : 'Check that the user linked to the service account may run the program (SES400, MNS150).',
    evidence: { call, code: nok.code, field: nok.field },
  });
  return { result: refused ? 'refused' : 'unclear', problem };
}

const lists = {
  customerOrderType: { program: 'OIS010MI', transaction: 'LstOrderTypes', key: 'ORTP' },
  purchaseOrderType: { program: 'PPS095MI', transaction: 'LstOrderType', key: 'ORTY' },
} as const;

/** The list starts at the code asked for, so it is there when the first row is its own. */
async function readSetUp(
  client: Pick<MiClient, 'read'>,
  { kind, code }: SetUpCode,
): Promise<'there' | 'absent' | 'unreadable'> {
  const { program, transaction, key } = lists[kind];
  const calls = [{ transaction, record: { [key]: code }, columns: [key] }];
  try {
    const [answer] = await client.read(program, calls, { recordsMax: 50 });
    const result = answer?.result;
    if (result?.kind === 'nok' && isAbsentCode(result.code)) return 'absent';
    if (result?.kind !== 'ok') return 'unreadable';
    if (result.records.some((row) => row[key] === code)) return 'there';
    // Where the list ignores its start and was cut, the code may still come.
    const [first] = result.records;
    const startsLater = first !== undefined && (first[key] ?? '') > code;
    return result.complete === 'yes' || startsLater ? 'absent' : 'unreadable';
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'credentials') throw problem;
    return 'unreadable';
  }
}
