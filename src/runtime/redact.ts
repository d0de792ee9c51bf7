import type { Json } from '../core/glossary.ts';

/** Takes secrets out of everything that leaves the process: log lines, audit rows, error texts. */
export interface Redactor {
  /**
   * From now on this text never leaves, in any of its encodings. Shorter than 6 is ignored. Of the
   * secrets of one `slot` only the newest few are looked for: a service renews its tokens for
   * months, and what has long run out opens nothing.
   */
  register(secret: string, slot?: string): void;
  redactText(text: string): string;
  redactJson(value: Json): Json;
}

/** Shorter secrets would blank out ordinary words. */
const secretLengthMin = 6;

/** The present one, the one it replaced, and one more for what is still on its way out. */
const keptPerSlot = 3;

/** Preferred first; a mask that itself holds a secret must not be used. */
const masks = ['[redacted]', '[hidden]', '***'] as const;

/** Tokens in an authorization header, registered or not. */
const authorization = /\b(Bearer|Basic|Digest)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{16,}/gi;

/** Fields whose value is a secret whatever it is. */
const secretField = new RegExp(
  `^(${[
    'authorization|cookie|set-cookie|password|passwd|secret|client_?secret|api_?key',
    '(access|refresh|id)_?token',
  ].join('|')})$`,
  'i',
);

export function createRedactor(): Redactor {
  const forever = new Set<string>();
  const bySlot = new Map<string, string[]>();
  let forms: string[] = [];
  let pattern = /(?!)/g;
  let mask: string = masks[0];

  function register(secret: string, slot?: string): void {
    if (!remember(secret, slot)) return;
    const secrets = new Set([...forever, ...[...bySlot.values()].flat()]);
    const all = new Set<string>();
    for (const each of secrets) {
      for (const text of new Set([each, each.trim()])) {
        if (text.length >= secretLengthMin) for (const form of formsOf(text)) all.add(form);
      }
    }
    // Longest first, so that a secret that contains another one goes as a whole.
    forms = [...all].sort((left, right) => right.length - left.length);
    pattern = forms.length === 0 ? /(?!)/g : new RegExp(forms.map(escapePattern).join('|'), 'g');
    mask = masks.find((each) => forms.every((form) => !each.includes(form))) ?? '***';
  }

  /** False when it is known already. */
  function remember(secret: string, slot: string | undefined): boolean {
    if (slot === undefined) {
      if (forever.has(secret)) return false;
      forever.add(secret);
      return true;
    }
    const known = bySlot.get(slot) ?? [];
    if (known.at(-1) === secret) return false;
    bySlot.set(slot, [...known.filter((each) => each !== secret), secret].slice(-keptPerSlot));
    return true;
  }

  // One pass over the input: what was put in is never looked at again, so this always ends.
  function redactText(text: string): string {
    // Looking for plain texts is many times cheaper than the pattern, and most lines hold none.
    const named = forms.some((form) => text.includes(form)) ? text.replace(pattern, mask) : text;
    return named.replace(authorization, (_all, scheme: string, gap: string) => scheme + gap + mask);
  }

  function redactJson(value: Json): Json {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'number') {
      const text = String(value);
      return redactText(text) === text ? value : mask;
    }
    if (Array.isArray(value)) return value.map(redactJson);
    if (value === null || typeof value === 'boolean') return value;
    const clean: { [name: string]: Json } = {};
    for (const [name, inner] of Object.entries(value)) {
      const hide = secretField.test(name) && inner !== null;
      clean[redactText(name)] = hide ? mask : redactJson(inner);
    }
    return clean;
  }

  return { register, redactText, redactJson };
}

/** Every way a secret may come out: as it is, escaped, percent-encoded, in base 64 or hex. */
function formsOf(secret: string): Set<string> {
  const forms = new Set<string>();
  let escaped = secret;
  // JSON inside a log line inside JSON: three levels of escaping occur.
  for (let level = 0; level <= 3; level += 1) {
    forms.add(escaped);
    forms.add(escaped.replaceAll('/', '\\/'));
    forms.add(asciiOnly(escaped));
    escaped = JSON.stringify(escaped).slice(1, -1);
  }
  for (const encoded of percentForms(secret)) {
    forms.add(encoded);
    forms.add(encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  }
  const bytes = Buffer.from(secret, 'utf8');
  forms.add(bytes.toString('hex'));
  forms.add(bytes.toString('hex').toUpperCase());
  for (const form of base64Forms(bytes)) forms.add(form);
  return forms;
}

function percentForms(secret: string): string[] {
  const component = encodeURIComponent(wellFormed(secret));
  const form = new URLSearchParams({ v: secret }).toString().slice(2);
  const strict = component.replace(
    /[!'()*~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [component, form, strict, encodeURIComponent(component)];
}

/** Half a surrogate pair cannot be percent-encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/**
 * Base 64 of the secret by itself, and of its inside at each of the three alignments that it has
 * within a longer text (`user:secret` in a Basic header).
 */
function base64Forms(secret: Buffer): string[] {
  const forms = [secret.toString('base64'), secret.toString('base64url')];
  for (let offset = 0; offset < 3; offset += 1) {
    const text = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64url');
    const start = Math.ceil((offset * 4) / 3);
    const end = Math.floor(((offset + secret.length) * 4) / 3);
    const inside = text.slice(start, end);
    if (inside.length < secretLengthMin) continue;
    forms.push(inside, inside.replaceAll('-', '+').replaceAll('_', '/'));
  }
  return forms;
}

function asciiOnly(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
