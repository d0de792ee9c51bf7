import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/runtime/log.ts';
import { createRedactor } from '../../src/runtime/redact.ts';

const awkward = 'p@ss/wörd+"x\\y" %=&~#\'é';

/** The ways in which a secret travels through headers, URLs, bodies and logs. */
function appearances(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const nested = JSON.stringify({ body: JSON.stringify({ inner: JSON.stringify([secret]) }) });
  return [
    secret,
    `Authorization: Bearer ${secret}`,
    JSON.stringify({ token: secret }),
    JSON.stringify({ body: JSON.stringify({ token: secret }) }),
    nested,
    `https://host/path?token=${encodeURIComponent(secret)}&x=1`,
    new URLSearchParams({ password: secret, b: '2' }).toString(),
    encodeURIComponent(secret).toLowerCase().replaceAll(secret.toLowerCase(), secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
    `Basic ${Buffer.from(`us:${secret}:tail`).toString('base64')}`,
    `Basic ${Buffer.from(`u:${secret}!`).toString('base64')}`,
    bytes.toString('hex'),
    `${secret}${secret}`,
  ];
}

/** What an attacker who reads the log could decode. */
function revealed(text: string, secret: string): string[] {
  const found: string[] = [];
  const bytes = Buffer.from(secret, 'utf8');
  const decoded = [
    text,
    unescaped(text),
    unescaped(unescaped(text)),
    unescaped(unescaped(unescaped(text))),
  ];
  for (const candidate of decoded) {
    if (candidate.includes(secret)) found.push(`plain in ${candidate}`);
  }
  for (const word of text.match(/[A-Za-z0-9+/_=-]{8,}/g) ?? []) {
    if (Buffer.from(word, 'base64').includes(bytes)) found.push(`base64 in ${word}`);
    if (Buffer.from(word, 'hex').includes(bytes)) found.push(`hex in ${word}`);
  }
  if (percentDecoded(text).includes(secret)) found.push('percent-encoded');
  return found;
}

function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(["\\/])/g, '$1');
}

function percentDecoded(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('redaction', () => {
  it.each(['sk-0123456789abcdef', awkward, 'ACME_TST#key~with+signs==', 'abcdef'])(
    'leaves nothing of %j in any form',
    (secret) => {
      const redactor = createRedactor();
      redactor.register(secret);

      for (const appearance of appearances(secret)) {
        expect(revealed(redactor.redactText(appearance), secret)).toEqual([]);
      }
    },
  );

  it('leaves nothing of any registered secret in any form', () => {
    const secret = fc.string({ minLength: 12, maxLength: 40, unit: 'binary' }).filter((text) => {
      return text.trim() === text && Buffer.from(text).toString() === text;
    });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), (secrets) => {
        const redactor = createRedactor();
        for (const each of secrets) redactor.register(each);
        const text = secrets.flatMap(appearances).join('\n');

        const clean = redactor.redactText(text);

        for (const each of secrets) expect(clean.includes(each)).toBe(false);
        for (const each of secrets) {
          expect(clean.includes(Buffer.from(each).toString('base64'))).toBe(false);
          expect(clean.includes(encodeURIComponent(each))).toBe(false);
          expect(clean.includes(JSON.stringify(each).slice(1, -1))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves every other text as it is', () => {
    const redactor = createRedactor();
    redactor.register('sk-0123456789abcdef');

    const text = 'order 309589638 for a@b.example: 12 x COFFEE-DARK, Basic plan, bearer of news';

    expect(redactor.redactText(text)).toBe(text);
  });

  it('ends when a secret is part of its own mask, and still hides it', () => {
    const redactor = createRedactor();
    redactor.register('redacted');
    redactor.register('[hidden');

    const clean = redactor.redactText('is redacted and [hidden] twice: redactedredacted');

    expect(clean).toBe('is *** and ***] twice: ******');
  });

  it('takes the longer of two secrets that contain one another', () => {
    const redactor = createRedactor();
    redactor.register('secret');
    redactor.register('secret-and-more');

    expect(redactor.redactText('x secret-and-more y secret z')).toBe('x [redacted] y [redacted] z');
  });

  it('ignores secrets so short that words would vanish', () => {
    const redactor = createRedactor();
    redactor.register('order');
    redactor.register('');

    expect(redactor.redactText('order 12345')).toBe('order 12345');
  });

  it('hides tokens in authorization headers that nobody registered', () => {
    const redactor = createRedactor();

    const clean = redactor.redactText('authorization: Bearer eyJhbGciOiJSUzI1NiJ9.payload.sig');

    expect(clean).toBe('authorization: Bearer [redacted]');
  });

  it('goes through names, texts and numbers of a JSON value, and hides fields by name', () => {
    const redactor = createRedactor();
    redactor.register('12345678');

    const clean = redactor.redactJson({
      client_secret: 'never registered',
      nested: [{ 'key 12345678': 'in 12345678 out', count: 12345678, other: 5 }],
      nothing: null,
      password: null,
    });

    expect(clean).toEqual({
      client_secret: '[redacted]',
      nested: [{ 'key [redacted]': 'in [redacted] out', count: '[redacted]', other: 5 }],
      nothing: null,
      password: null,
    });
  });
});

describe('secrets that are renewed', () => {
  it('are taken out, and so are the ones just before them', () => {
    const { register, redactText } = createRedactor();
    for (const number of [1, 2, 3, 4, 5]) register(`token-of-life-${number}`, 'shipbob.login');

    expect(redactText('a token-of-life-5 b token-of-life-4 c')).toBe('a [redacted] b [redacted] c');
  });

  it('do not pile up: a service that renews for months looks for no more than at first', () => {
    const { register, redactText } = createRedactor();
    for (let number = 1; number <= 2_000; number += 1) {
      register(`token-of-life-${number}`, 'shipbob.login/accessToken');
    }

    expect(redactText('long gone: token-of-life-7.')).toBe('long gone: token-of-life-7.');
    expect(redactText('present: token-of-life-2000.')).toBe('present: [redacted].');
  });

  it('push out none of another name, and none that was registered for good', () => {
    const { register, redactText } = createRedactor();
    register('for-good-secret');
    register('infor-secret', 'infor.ionapi/saak');
    for (let number = 1; number <= 20; number += 1) register(`token-${number}`, 'shipbob.token');

    expect(redactText('for-good-secret infor-secret')).toBe('[redacted] [redacted]');
  });
});

describe('the log', () => {
  function aLog(settings: { level?: 'debug' | 'info' | 'warn'; format?: 'text' | 'json' } = {}) {
    const lines: string[] = [];
    const redactor = createRedactor();
    const log = createLog({
      level: settings.level ?? 'info',
      format: settings.format ?? 'text',
      redactor,
      clock: { now: () => Date.parse('2026-11-03T15:04:05.123Z') },
      write: (line) => lines.push(line),
    });
    return { log, lines, redactor };
  }

  it('writes one line for people', () => {
    const { log, lines } = aLog();

    log.warn('a call was refused', { order: '309589638', reason: 'two words', count: 3, to: '' });

    expect(lines).toEqual([
      '15:04:05 WARN  a call was refused  order=309589638  reason="two words"  count=3  to=""\n',
    ]);
  });

  it('writes one JSON object a line for collectors, facts beside the message', () => {
    const { log, lines } = aLog({ format: 'json' });

    log.info('done', { count: 3, level: 'mine' });

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: '2026-11-03T15:04:05.123Z',
      message: 'done',
      count: 3,
      level_: 'mine',
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = aLog({ level: 'warn' });

    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');

    expect(lines).toHaveLength(2);
  });

  it('cannot be made to forge a line', () => {
    const { log, lines } = aLog();

    log.info('first\n15:04:05 ERROR forged', { name: 'a\nb' });

    expect(lines.join('').match(/\n/g)).toHaveLength(1);
  });

  it.each(['text', 'json'] as const)('never shows a registered secret (%s)', (format) => {
    const { log, lines, redactor } = aLog({ format });
    redactor.register(awkward);

    for (const appearance of appearances(awkward)) {
      log.error(`failed: ${appearance}`, { request: { header: appearance }, [appearance]: 1 });
    }

    expect(lines).toHaveLength(appearances(awkward).length);
    expect(lines.flatMap((line) => revealed(line, awkward))).toEqual([]);
  });
});
