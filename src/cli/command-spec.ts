import type { Command } from 'commander';
import type { Clock } from '../app/ports.ts';
import type { Environment } from '../runtime/environment.ts';
import type { Redactor } from '../runtime/redact.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** A verb: what `--help` needs at once, and what it does once it is asked for. */
export interface CommandSpec {
  name: string;
  /** One line, for the list of verbs. */
  summary: string;
  /** Adds arguments, options and help texts (examples, exit codes); loads nothing heavy. */
  describe(command: Command): void;
  /** Imports what the verb does; only the verb that runs is ever loaded. */
  load(): Promise<CommandModule>;
}

/** A verb with verbs of its own, such as `flagged list`. */
export interface CommandGroup {
  name: string;
  summary: string;
  describe(command: Command): void;
  commands: readonly CommandEntry[];
}

export type CommandEntry = CommandSpec | CommandGroup;

export interface CommandModule {
  /** Answers the exit code; throws a Problem, whose kind decides it otherwise. */
  run(context: CommandContext, args: readonly string[], options: CommandOptions): Promise<number>;
}

export interface GlobalOptions {
  config: string | null;
  database: string | null;
  format: 'text' | 'json';
  verbosity: 'quiet' | 'normal' | 'verbose';
  /** Who is recorded as the person behind the act. */
  actor: string;
}

/** What every verb gets; the composition root makes the rest from it. */
export interface CommandContext {
  global: GlobalOptions;
  cwd: string;
  environment: Environment;
  output: Output;
  progress: Progress;
  redactor: Redactor;
  clock: Clock;
  /** Aborted by the first SIGINT or SIGTERM: finish the step in flight and stop. */
  stop: AbortSignal;
  /** One line to standard error, past the progress line; give it to `createLog`. */
  writeLog(line: string): void;
}

/** A verb's own options, read by name without trusting their type. */
export interface CommandOptions {
  /** Null when not given. */
  text(name: string): string | null;
  given(name: string): boolean;
  /**
   * A whole number, at least `least` (0); a Problem `USAGE` for anything else. Null when not given.
   */
  whole(name: string, least?: number): number | null;
  /** A repeatable or variadic option; empty when not given. */
  list(name: string): string[];
}
