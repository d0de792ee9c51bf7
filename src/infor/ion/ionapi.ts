import { Problem } from '../../core/problem.ts';
import { parseExactJson } from '../../runtime/exact-json.ts';

/** The credentials file of an authorised app, in words. Everything but the name is needed. */
export interface Ionapi {
  /** Tenant id, e.g. `ACME_TST`. */
  tenant: string;
  /** Name of the authorised app; empty when the file has none. */
  appName: string;
  clientId: string;
  clientSecret: string;
  /** Base of the API gateway. */
  gatewayUrl: string;
  /** Base of the authorisation server. */
  authorityUrl: string;
  /** Appended to the authority for a token. */
  tokenPath: string;
  /** User name and password of the service account. */
  accessKey: string;
  secretKey: string;
}

const serviceAccountHint =
  'In Infor OS open API Gateway → Authorized Apps, take an app of type Backend Service, choose ' +
  'Download Credentials and tick "Create Service Account".';

/** Key in the file → what a person calls it. */
const required: Record<string, string> = {
  ti: 'tenant',
  ci: 'client id',
  cs: 'client secret',
  iu: 'gateway address',
  pu: 'authorisation server address',
  ot: 'token path',
  saak: 'service account access key',
  sask: 'service account secret key',
};

/**
 * Reads a `.ionapi` file (reference: infor-api §1.1). The problem names every field that is missing
 * or odd, never a value, because most values are secrets.
 */
export function parseIonapi(text: string): Ionapi | Problem {
  const json = parseExactJson(text.replace(/^\uFEFF/, ''));
  if (json === null || !isObject(json.value)) {
    return problem('IONAPI_UNREADABLE', 'the .ionapi file is not a JSON object', downloadAgain);
  }
  const file = json.value;
  const field = (key: string) => {
    const value = file[key];
    return typeof value === 'string' ? value.trim() : '';
  };
  const faults = Object.entries(required).flatMap(([key, name]) => {
    const fault = faultOf(key, field(key));
    return fault === null ? [] : [{ key, words: `${key} (${name}) ${fault}` }];
  });
  if (faults.length > 0) return faulty(faults);
  return {
    tenant: field('ti'),
    appName: field('cn'),
    clientId: field('ci'),
    clientSecret: field('cs'),
    gatewayUrl: field('iu'),
    authorityUrl: field('pu'),
    tokenPath: field('ot'),
    accessKey: field('saak'),
    secretKey: field('sask'),
  };
}

/** Where the suites of this tenant begin, without a trailing slash. */
export function apiBase(ionapi: Ionapi): string {
  return join(ionapi.gatewayUrl, ionapi.tenant);
}

/** Where a token is asked for. */
export function tokenUrl(ionapi: Ionapi): string {
  return join(ionapi.authorityUrl, ionapi.tokenPath);
}

/** Some files lack the slash at the end of the base, some have it. */
function join(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

const downloadAgain = `Download the file again. ${serviceAccountHint}`;

function faulty(faults: { key: string; words: string }[]): Problem {
  const keys = faults.map((fault) => fault.key);
  if (keys.every((key) => key === 'saak' || key === 'sask')) {
    const message = `the .ionapi file has no service account: ${listed(faults)}`;
    return problem('IONAPI_NO_SERVICE_ACCOUNT', message, serviceAccountHint);
  }
  const message = `the .ionapi file is incomplete: ${listed(faults)}`;
  return problem('IONAPI_INCOMPLETE', message, downloadAgain);
}

function listed(faults: { words: string }[]): string {
  return faults.map((fault) => fault.words).join(', ');
}

function faultOf(key: string, value: string): string | null {
  if (value === '') return 'is missing';
  if (key === 'ti' && !/^[A-Za-z0-9_.-]+$/.test(value)) return 'is not a tenant id';
  if (key === 'iu' || key === 'pu') return addressFault(value);
  return null;
}

/** Secrets travel to these addresses, so they must be encrypted; loopback is the sandbox. */
function addressFault(value: string): string | null {
  if (!URL.canParse(value)) return 'is not an address';
  const url = new URL(value);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) {
    return url.search === '' && url.hash === '' ? null : 'has a query';
  }
  return 'does not begin with https://';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problem(code: string, message: string, hint: string): Problem {
  return new Problem({ code, kind: 'configuration', message, hint });
}
