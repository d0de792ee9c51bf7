import type { LedgerIdentity } from '../../app/ports.ts';
import { Problem } from '../../core/problem.ts';
import { readRecords } from './master-read.ts';
import type { MiClient } from './mi.ts';

/**
 * Who the service account is in M3 and where it works (MNS150MI/GetUserData). A call without
 * company and division would land in these, so they must be the configured ones: throws a
 * `configuration` Problem `INFOR_COMPANY_DIFFERS` otherwise. A user at company level (blank
 * division) fits every division. `expected.tenant` is only handed through.
 */
export async function probeIdentity(
  client: MiClient,
  expected: { company: string | number; division: string; tenant: string },
): Promise<LedgerIdentity> {
  const columns = ['CONO', 'DIVI', 'USID', 'WHLO', 'FACI'];
  const [user] = await readRecords(client, 'MNS150MI', [
    { transaction: 'GetUserData', record: {}, columns },
  ]);
  if (!user) throw noUser();
  const found: LedgerIdentity = {
    company: user.CONO ?? '',
    division: user.DIVI ?? '',
    user: user.USID ?? '',
    warehouse: user.WHLO ?? '',
    facility: user.FACI ?? '',
    tenant: expected.tenant,
  };
  const sameCompany = Number(found.company || 'none') === Number(expected.company);
  const sameDivision = found.division === '' || found.division === expected.division;
  if (!sameCompany || !sameDivision) throw differs(found, expected);
  return found;
}

function differs(
  found: LedgerIdentity,
  expected: { company: string | number; division: string },
): Problem {
  const is = `${found.company}/${found.division}`;
  const wanted = `${expected.company}/${expected.division}`;
  return new Problem({
    code: 'INFOR_COMPANY_DIFFERS',
    kind: 'configuration',
    message: `the M3 user ${found.user} works in company/division ${is}, configured is ${wanted}`,
    hint:
      'Correct company and division in the configuration, or the defaults of the user that the ' +
      'service account is linked to (MNS150).',
    evidence: { found: is, configured: wanted, user: found.user },
  });
}

function noUser(): Problem {
  return new Problem({
    code: 'INFOR_USER_UNKNOWN',
    kind: 'configuration',
    message: 'M3 does not know the user of the service account',
    hint: 'Link the service account to an M3 user (Infor OS user management, MNS150).',
  });
}
