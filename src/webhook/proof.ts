import type { Clock, Log } from '../app/ports.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { type SigningKey, signingKey, tokenDigest } from './verify.ts';

/** What deliveries are held against. */
export interface Proofs {
  keys: readonly SigningKey[];
  /** Null when there is no token, or none is asked for. */
  token: Buffer | null;
}

export interface ProofSource {
  /** Null when they must be read first. */
  current(): Proofs | null;
  /** Rejects when the secrets cannot be read. */
  read(): Promise<Proofs>;
}

/** A rotated secret counts after this long; ShipBob's first repetition comes after 5 s. */
const freshForMs = 2_000;

/** Whoever waits for them must still be answered within ShipBob's 15 s. */
const readWithinMs = 5_000;

/** Reads secrets through functions, so that a rotated one is seen without a restart. */
export function createProofSource(details: {
  secrets: () => Promise<string[]>;
  pathToken: () => Promise<string | null>;
  clock: Clock;
  log: Log;
}): ProofSource {
  const { clock, log } = details;
  let held: { proofs: Proofs; atMs: number } | null = null;
  let reading: Promise<Proofs> | null = null;
  let unusableBefore = 0;

  async function readNow(): Promise<Proofs> {
    const atMs = clock.now();
    const both = Promise.all([details.secrets(), details.pathToken()]);
    const [secrets, token] = await inTime(both, clock);
    const keys = secrets.flatMap((secret) => signingKey(secret) ?? []);
    const unusable = secrets.length - keys.length;
    if (unusable > 0 && unusable !== unusableBefore) {
      log.error('A webhook secret in the vault is no webhook secret', { count: unusable });
    }
    unusableBefore = unusable;
    const proofs = { keys, token: token ? tokenDigest(token) : null };
    held = { proofs, atMs };
    return proofs;
  }

  return {
    current() {
      if (held === null) return null;
      const ageMs = clock.now() - held.atMs;
      // A clock that was set back must not make old secrets last.
      return ageMs >= 0 && ageMs < freshForMs ? held.proofs : null;
    },
    read() {
      // Many deliveries may find them stale at once; one read serves all.
      reading ??= readNow()
        .catch((thrown: unknown) => {
          held = null;
          log.error('The webhook secrets cannot be read', { reason: toProblem(thrown).message });
          throw thrown;
        })
        .finally(() => {
          reading = null;
        });
      return reading;
    },
  };
}

async function inTime<Value>(read: Promise<Value>, clock: Clock): Promise<Value> {
  const stop = new AbortController();
  const tooLate = clock.sleep(readWithinMs, stop.signal).then(() => {
    throw new Problem({
      code: 'WEBHOOK_SECRETS_LATE',
      kind: 'retryable',
      message: 'the vault did not answer in time',
      hint: 'Look for what holds the database up; ShipBob sends again by itself.',
    });
  });
  try {
    return await Promise.race([read, tooLate]);
  } finally {
    tooLate.catch(() => {});
    stop.abort();
  }
}
