/** What of a flag's cause may stand where nothing can be purged. */
import { textHash } from './content-hash.ts';

const hashDigits = 12;

/**
 * The cause for the audit trail's own text. What was looked up may be a person's name or address
 * (`lookup:customers:ada@example.com`): a short hash stands for it, by which equal causes are still
 * told to be equal.
 */
export function causeForAudit(cause: string): string {
  if (!cause.startsWith('lookup:')) return cause;
  return `lookup:#${textHash(cause).slice(0, hashDigits)}`;
}
