import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readMappings } from '../../src/app/mapping-file.ts';
import { Problem } from '../../src/core/problem.ts';
import { apiBase, parseIonapi, tokenUrl } from '../../src/infor/ion/ionapi.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { damage, damagedText, fuzzRuns, oddValues } from '../support/fuzz.ts';
import { crashOf, settledOf } from '../support/fuzz-verdict.ts';
import { projectRoot } from '../support/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'mlc-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('any .ionapi file', () => {
  const secrets = ['client-secret-canary', 'service-key-canary', 'service-secret-canary'];
  const file = JSON.stringify({
    ti: 'ACME_TST',
    cn: 'mlc-shipbob',
    ci: 'ACME_TST~client',
    cs: secrets[0],
    iu: 'https://mingle-ionapi.example.com',
    pu: 'https://mingle-sso.example.com:443/ACME_TST/as/',
    ot: 'token.oauth2',
    saak: secrets[1],
    sask: secrets[2],
  });

  it('is read, with addresses that can be called, or refused without a secret in sight', () => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const read = parseIonapi(damages.reduce(damagedText, file));

        if (read instanceof Problem) {
          expect(read.kind).toBe('configuration');
          for (const secret of secrets) expect(JSON.stringify(read)).not.toContain(secret);
          for (const secret of secrets) expect(read.message).not.toContain(secret);
        } else {
          expect(URL.canParse(apiBase(read))).toBe(true);
          expect(URL.canParse(tokenUrl(read))).toBe(true);
        }
      }),
      fuzzRuns(1_000),
    );
  });

  it('of any bytes is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(parseIonapi(text)).toBeInstanceOf(Problem);
      }),
      fuzzRuns(300),
    );
  });
});

type Edit =
  | { edit: 'drop' | 'twice' | 'indent' | 'tab'; at: number }
  | { edit: 'value' | 'line'; at: number; text: string };

/** What happens to a YAML file in an editor, and what somebody might try. */
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    edit: fc.constantFrom('drop' as const, 'twice' as const, 'indent' as const, 'tab' as const),
    at: fc.nat(400),
  }),
  fc.record({
    edit: fc.constant('value' as const),
    at: fc.nat(400),
    text: fc.constantFrom(
      ...oddValues,
      ...['~', '.nan', '.inf', '0x1F', '010', 'yes', '2026-02-31', '!!binary aGk=', '*a', '&a x'],
      ...['<<: *a', '{a: 1, a: 2}', '[', '"', "'", '|', '>', '? x', '1d', '-1s', '9e9d', '@x', '`'],
    ),
  }),
  fc.record({
    edit: fc.constant('line' as const),
    at: fc.nat(400),
    text: fc.constantFrom('---', '...', '%YAML 9', '__proto__: {x: 1}', '\0', '- 1', ': :', '#'),
  }),
);

function edited(text: string, one: Edit): string {
  const lines = text.split('\n');
  const at = one.at % lines.length;
  const line = lines[at] ?? '';
  const put = (...by: string[]) =>
    [...lines.slice(0, at), ...by, ...lines.slice(at + 1)].join('\n');
  switch (one.edit) {
    case 'drop':
      return put();
    case 'twice':
      return put(line, line);
    case 'indent':
      return put(` ${line}`);
    case 'tab':
      return put(`\t${line}`);
    case 'value':
      return put(line.includes(':') ? line.replace(/:.*/, () => `: ${one.text}`) : `- ${one.text}`);
    case 'line':
      return put(one.text, line);
  }
}

describe('any configuration', () => {
  const example = readFileSync(join(projectRoot, 'sync.config.example.yaml'), 'utf8');
  const path = join(folder, 'sync.config.yaml');
  const load = (text: string) => {
    writeFileSync(path, text);
    return settledOf(() => loadConfig({ path, cwd: folder, environment: {} }));
  };

  it('is read or refused with a known Problem, whatever was done to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), async (all) => {
        expect(crashOf(await load(all.reduce(edited, example)))).toBeNull();
      }),
      fuzzRuns(250),
    );
  });

  it('of any text is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(await load(text)).toMatchObject({ problem: { kind: 'configuration' } });
      }),
      fuzzRuns(100),
    );
  });

  it('that unfolds into millions of values is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const of = level === 0 ? '"x"' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array(10).fill(of).join(',')}]`;
    });

    expect(await load(levels.join('\n'))).toMatchObject({ problem: { kind: 'configuration' } });
  });
});

describe('any file of mappings', () => {
  const file = 'kind,list,source,item,factor\nsku,,A-1,COFFEE,2.5\nsku,,"B ""2""",TEA,1\n';

  it('is read or refused with its line, whatever was done to it', () => {
    const cut = fc.record({ at: fc.nat(file.length), by: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (all) => {
        const text = all.reduce((now, { at, by }) => now.slice(0, at) + by + now.slice(at), file);

        const reading = readMappings(text);

        if (reading.state === 'wrong') {
          expect(reading.mistakes.length).toBeGreaterThan(0);
          for (const { line } of reading.mistakes) expect(line).toBeGreaterThan(0);
        } else {
          for (const { draft } of reading.lines) expect(draft.source.trim()).not.toBe('');
        }
      }),
      fuzzRuns(1_000),
    );
  });
});
