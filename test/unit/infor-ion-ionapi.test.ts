import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { apiBase, type Ionapi, parseIonapi, tokenUrl } from '../../src/infor/ion/ionapi.ts';

const complete = {
  ti: 'ACME_TST',
  cn: 'mlc-shipbob',
  ci: 'ACME_TST~client',
  cs: 'client-secret',
  iu: 'https://mingle-ionapi.example.com',
  pu: 'https://mingle-sso.example.com:443/ACME_TST/as/',
  oa: 'authorization.oauth2',
  ot: 'token.oauth2',
  saak: 'ACME_TST#key',
  sask: 'service-secret',
};

function fileWith(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...complete, ...changes });
}

function parsed(text: string): Ionapi {
  const ionapi = parseIonapi(text);
  if (ionapi instanceof Problem) throw ionapi;
  return ionapi;
}

function refused(text: string): Problem {
  const problem = parseIonapi(text);
  if (!(problem instanceof Problem)) throw new Error('the file was accepted');
  return problem;
}

describe('.ionapi file', () => {
  it('gives the addresses of the tenant', () => {
    const ionapi = parsed(fileWith({}));

    expect(apiBase(ionapi)).toBe('https://mingle-ionapi.example.com/ACME_TST');
    expect(tokenUrl(ionapi)).toBe('https://mingle-sso.example.com:443/ACME_TST/as/token.oauth2');
  });

  it('joins with exactly one slash, whatever the file has', () => {
    const ionapi = parsed(
      fileWith({
        iu: 'https://gateway.example.com//',
        pu: 'https://sso.example.com/InforIntSTS',
        ot: '/connect/token',
      }),
    );

    expect(apiBase(ionapi)).toBe('https://gateway.example.com/ACME_TST');
    expect(tokenUrl(ionapi)).toBe('https://sso.example.com/InforIntSTS/connect/token');
  });

  it('is read with a byte order mark', () => {
    expect(parsed(`\uFEFF${fileWith({})}`).tenant).toBe('ACME_TST');
  });

  it('without a service account says so and how to make one', () => {
    const problem = refused(fileWith({ saak: undefined, sask: undefined }));

    expect(problem.code).toBe('IONAPI_NO_SERVICE_ACCOUNT');
    expect(problem.message).toContain('no service account');
    expect(problem.hint).toContain('API Gateway → Authorized Apps');
    expect(problem.hint).toContain('Create Service Account');
    expect(problem.hint).toContain('Backend Service');
  });

  it('names every field that is missing', () => {
    const problem = refused(fileWith({ ci: '', ot: undefined, sask: ' ' }));

    expect(problem.code).toBe('IONAPI_INCOMPLETE');
    for (const key of ['ci', 'ot', 'sask']) expect(problem.message).toContain(`${key} (`);
    expect(problem.message).not.toContain('saak (');
  });

  it.each([
    ['iu', 'gateway', 'is not an address'],
    ['iu', 'http://gateway.example.com', 'does not begin with https://'],
    ['pu', 'ftp://sso.example.com', 'does not begin with https://'],
    ['pu', 'https://sso.example.com/?a=1', 'has a query'],
    ['ti', 'ACME/../OTHER', 'is not a tenant id'],
  ])('refuses %s = %s', (key, value, why) => {
    const problem = refused(fileWith({ [key]: value }));

    expect(problem.message).toContain(`${key} (`);
    expect(problem.message).toContain(why);
  });

  it('may be served from loopback without encryption', () => {
    expect(parsed(fileWith({ iu: 'http://127.0.0.1:8080' })).gatewayUrl).toBe(
      'http://127.0.0.1:8080',
    );
  });

  it.each(['', 'null', '[]', '"text"', '{', '<html>'])('refuses %j', (text) => {
    expect(refused(text).code).toBe('IONAPI_UNREADABLE');
  });

  it('never shows a value of the file in a problem', () => {
    const problem = refused(fileWith({ iu: 'no address', pu: 'no-address-either' }));

    const shown = JSON.stringify([problem.message, problem.hint, problem.evidence]);
    for (const value of ['client-secret', 'service-secret', 'ACME_TST#key', 'no address']) {
      expect(shown).not.toContain(value);
    }
  });
});
