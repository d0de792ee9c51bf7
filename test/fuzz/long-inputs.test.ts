import { describe, expect, it } from 'vitest';
import { readMappings } from '../../src/app/mapping-file.ts';
import { parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { evidenceOf } from '../../src/infor/ion/problem.ts';
import { codeInText, readAnswer } from '../../src/infor/m3/outcome.ts';
import { parseConfig } from '../../src/runtime/config-file.ts';
import { parseExactJson } from '../../src/runtime/exact-json.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { nextQuery } from '../../src/shipbob/paging.ts';
import { saidIn, scrub } from '../../src/shipbob/problem.ts';
import { subjectOfDelivery } from '../../src/shipbob/webhook.ts';
import { headerFault } from '../../src/webhook/verify.ts';

/**
 * A reader whose work grows with the square of its input takes 10^12 steps for a million
 * characters, which no test waits for: what ends here is bounded, and nothing is timed.
 */
const length = 1_000_000;
const repeated = (unit: string) => unit.repeat(Math.ceil(length / unit.length));

const texts: Record<string, string> = {
  'blanks between words': `x${repeated(' ')}x`,
  'line breaks': `${repeated('\n')}x`,
  'beginnings of tokens': repeated('eyJ'),
  'beginnings of other tokens': repeated('Bearer '),
  'one long word': repeated('A'),
  'capitals and digits': repeated('XRE0'),
  'message codes': repeated('XRE0103 '),
  'opening brackets': repeated('['),
  'opening objects': repeated('{"a":'),
  'open quotes': repeated('"'),
  backslashes: `"${repeated('\\')}`,
  digits: repeated('9'),
  'a long list': `[${repeated('1,')}1]`,
  'a long object': `{${Array.from({ length: 60_000 }, (_, key) => `"k${key}":${key}`).join()}}`,
  hashes: `?${repeated('#')}\nx`,
  slashes: `${repeated('/')}x`,
  commas: repeated(',,;;'),
};

const readers: Record<string, (text: string) => unknown> = {
  'exact JSON': parseExactJson,
  'an answer of M3': (text) =>
    readAnswer(
      { status: 200, text },
      {
        program: 'OIS100MI',
        transactions: Array.from({ length: 20 }, () => ({ name: 'Add', list: false })),
        access: 'write',
        recordsMax: 0,
      },
    ),
  'a message of M3': (text) =>
    readAnswer(
      { status: 200, text: JSON.stringify({ results: [{ errorMessage: text }] }) },
      {
        program: 'OIS100MI',
        transactions: [{ name: 'Add', list: false }],
        access: 'write',
        recordsMax: 0,
      },
    ),
  'a message code': codeInText,
  'evidence of an answer': evidenceOf,
  'what ShipBob said': saidIn,
  'a scrubbed text': (text) => scrub(text, ['secret-canary']),
  'a redacted text': (text) => createRedactor().redactText(text),
  'a cursor': nextQuery,
  'a webhook body': (text) => subjectOfDelivery('order.shipped', text),
  'webhook headers': (text) => headerFault({ id: text, timestamp: text, signatures: text }),
  'an .ionapi file': parseIonapi,
  'a file of mappings': readMappings,
};

describe.each(Object.entries(texts))('a million characters of %s', (_, text) => {
  it.each(Object.entries(readers))('are no trouble as %s', (_name, read) => {
    expect(() => read(text)).not.toThrow();
  });
});

describe('a configuration of a million characters', () => {
  it.each(['one long word', 'line breaks', 'digits', 'message codes'])('of %s is read', (name) => {
    expect(parseConfig(texts[name] ?? '')).toBeDefined();
  });
});
