/** The list of a pack's files with their hashes; the audit trail holds the hash of the list. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const manifest = z.object({
  format: z.literal('mlc-close-pack'),
  version: z.literal(1),
  program: z.string(),
  company: z.string(),
  period: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }),
  asOfMs: z.number().int(),
  madeAtMs: z.number().int(),
  madeBy: z.string(),
  comparison: z.number().int(),
  verdict: z.enum(['agrees', 'differs', 'incomplete']),
  databaseId: z.string(),
  /** The head of the audit trail at which the pack was made. */
  audit: z.object({
    seq: z.number().int(),
    head: z.string(),
    brokenAt: z.number().int().nullable(),
  }),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256 })),
});

export type Manifest = z.infer<typeof manifest>;

/** Null for what is no manifest of a pack, or one of a later version. */
export function readManifest(text: string): Manifest | null {
  try {
    const parsed = manifest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
