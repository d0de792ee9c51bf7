/**
 * The ports of the engine: what it needs from the outside, in its own words. Adapters implement
 * them; nothing here knows SQL, HTTP or a field name of either system.
 */
import type { PassedPoint } from '../core/crash-point.ts';
import type { Json, JsonObject } from '../core/glossary.ts';
import type { InventoryId } from '../core/schema.ts';

export type * from './audit-port.ts';
export type * from './books-port.ts';
export type * from './budget-port.ts';
export type * from './close-port.ts';
export type * from './cron-port.ts';
export type * from './doctor-port.ts';
export type * from './flag-port.ts';
export type * from './hand-booking-port.ts';
export type * from './history-port.ts';
export type * from './inbox-port.ts';
export type * from './infor-port.ts';
export type * from './ledger-books-port.ts';
export type * from './mapping-port.ts';
export type * from './move-port.ts';
export type * from './purge-port.ts';
export type * from './run-port.ts';
export type * from './shipbob-port.ts';
export type * from './store-port.ts';
export type * from './trace-port.ts';
export type * from './watch-port.ts';

/**
 * Time, in milliseconds since 1970 UTC. Everything that waits or looks at the clock gets it here.
 */
export interface Clock {
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Uniform in [0, 1). */
export interface Random {
  next(): number;
}

/** Structured log; every line is redacted before it is written. */
export interface Log {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}

/**
 * A copy of the newest audit head, kept beside the database and not in it: when the database is an
 * older one than this file remembers, it was restored or replaced.
 */
export interface HeadFile {
  read(): Promise<AuditHeadCopy | null>;
  write(copy: AuditHeadCopy): Promise<void>;
}

export interface AuditHeadCopy {
  databaseId: string;
  seq: number;
  mac: string;
  atMs: number;
}

/** Called at every boundary where a crash would be interesting; inert in normal use. */
export type CrashPoint = (name: PassedPoint) => void;

/** Credentials by name, opened from the vault or the environment. */
export interface Secrets {
  read(name: string): Promise<string | null>;
  /** With `act`, the audit trail tells of it in the same transaction. */
  write(name: string, value: string, act?: CredentialAct): Promise<void>;
}

/** Who put a credential there, and what may be told of it; never its value. */
export interface CredentialAct {
  actor: string;
  detail: JsonObject;
}

export type { InventoryId, Json };
