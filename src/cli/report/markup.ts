/**
 * Markup that cannot be forgotten to escape: whatever is put into a `markup` template is text, and
 * only what another such template made goes in as it is. HTML and SVG are written alike.
 */
import { plainText } from '../text-width.ts';

export interface Markup {
  readonly markup: string;
}

export type MarkupValue = string | number | Markup | readonly MarkupValue[] | null;

export function markup(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return {
    markup: parts.map((part, index) => part + written(values[index] ?? null)).join(''),
  };
}

function written(value: MarkupValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  if ('markup' in value) return value.markup;
  return value.map(written).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes; control characters and half surrogates are taken out. */
export function escaped(text: string): string {
  return plainText(text)
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"']/g, (letter) => entities[letter] ?? '');
}
