import { hash } from 'node:crypto';
import { canonicalJson } from './audit-chain.ts';

/** SHA-256 of the value's canonical JSON, hex. Equal content has an equal hash on every machine. */
export function contentHash(value: unknown): string {
  return textHash(canonicalJson(value));
}

/** SHA-256 of the text's UTF-8 bytes, hex. */
export function textHash(text: string): string {
  return hash('sha256', text, 'hex');
}
