import { Problem } from '../../core/problem.ts';
import { isAlertUrl, secretNames, variableName } from '../compose-workspace.ts';

export interface CredentialKind {
  /** The name in the vault. */
  name: string;
  /** What people may say for short. */
  short: string | null;
  /** What it is, in a few words. */
  what: string;
  /** Null when the value may be stored, else why not, as the end of a sentence. */
  fault(value: string): string | null;
}

const anything = () => null;

export const credentialKinds: readonly CredentialKind[] = [
  {
    name: secretNames.shipbobToken,
    short: 'shipbob',
    what: 'ShipBob personal access token',
    fault: anything,
  },
  {
    name: secretNames.shipbobClientSecret,
    short: 'shipbob-client',
    what: 'secret of the ShipBob application',
    fault: anything,
  },
  {
    name: secretNames.shipbobLogin,
    short: 'shipbob-login',
    what: 'ShipBob login',
    fault: () => 'is made by logging in: mlc credentials login shipbob',
  },
  {
    name: secretNames.inforIonapi,
    short: 'infor',
    what: 'Infor service account (.ionapi)',
    fault: () => 'is imported from its file: mlc credentials import FILE.ionapi',
  },
  {
    name: secretNames.alertsUrl,
    short: 'alerts',
    what: 'address that alerts are posted to',
    fault: (value) => (isAlertUrl(value) ? null : 'must be an address that begins with https://'),
  },
  {
    name: secretNames.webhooksPathToken,
    short: 'webhooks-token',
    what: 'token in the path of unsigned webhooks',
    fault: (value) =>
      /^[A-Za-z0-9_-]{20,128}$/.test(value)
        ? null
        : 'must be 20 to 128 letters, digits, - or _; make one with: openssl rand -hex 24',
  },
];

/** The vault's name for what a person said; any other name stands for itself. */
export function credentialName(said: string): string {
  return credentialKinds.find(({ short }) => short === said)?.name ?? said;
}

/** What a name stands for, be it in the vault or that of a variable. */
export function credentialWhat(name: string): string {
  const known = credentialKinds.find((kind) => [kind.name, variableName(kind.name)].includes(name));
  if (known) return known.what;
  return name.startsWith('webhooks.secret.') ? 'webhook signing secret' : 'other';
}

/** Throws Problem `SECRET_UNFIT`, without repeating the value. */
export function requireFitting(name: string, value: string): void {
  const fault = credentialKinds.find((kind) => kind.name === name)?.fault(value) ?? null;
  if (fault === null) return;
  throw new Problem({
    code: 'SECRET_UNFIT',
    kind: 'configuration',
    message: `${name} ${fault}`,
    hint: 'Nothing was stored. See mlc credentials set --help',
  });
}
