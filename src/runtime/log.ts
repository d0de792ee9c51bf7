import { createRequire } from 'node:module';
import type { Logger, pino } from 'pino';
import type { Clock, Log } from '../app/ports.ts';
import type { JsonObject } from '../core/glossary.ts';
import type { Redactor } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Names that the line itself uses; a fact of that name would hide them. */
const lineFields = new Set(['time', 'level', 'message']);

/**
 * The log. Redaction is applied to the finished line, so that nothing can slip through by being
 * nested or escaped.
 */
export function createLog(settings: {
  level: LogLevel;
  format: 'text' | 'json';
  redactor: Pick<Redactor, 'redactText'>;
  clock: Pick<Clock, 'now'>;
  /** Takes one line with its line feed. */
  write: (line: string) => void;
}): Log {
  const { format, redactor, clock } = settings;
  let logger: Logger | null = null;
  // Most commands write no line, and the library takes longer to load than they run.
  const opened = (): Logger => {
    logger ??= openLogger();
    return logger;
  };
  const openLogger = () =>
    loadPino()(
      {
        level: settings.level,
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      {
        write(line: string) {
          const text = format === 'json' ? line : `${textLine(line)}\n`;
          settings.write(redactor.redactText(text));
        },
      },
    );
  return {
    debug: (message, facts = {}) => opened().debug(withoutClashes(facts), message),
    info: (message, facts = {}) => opened().info(withoutClashes(facts), message),
    warn: (message, facts = {}) => opened().warn(withoutClashes(facts), message),
    error: (message, facts = {}) => opened().error(withoutClashes(facts), message),
  };
}

function loadPino(): typeof pino {
  const loaded: { pino: typeof pino } = createRequire(import.meta.url)('pino');
  return loaded.pino;
}

function withoutClashes(facts: JsonObject): JsonObject {
  const named: JsonObject = {};
  for (const [name, value] of Object.entries(facts)) {
    named[lineFields.has(name) ? `${name}_` : name] = value;
  }
  return named;
}

/** `15:04:05 WARN  message  order=309589638 reason="two words"`, times in UTC. */
function textLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line.trimEnd();
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const time = String(fields.get('time')).slice(11, 19);
  const level = String(fields.get('level')).toUpperCase().padEnd(5);
  const message = oneLine(String(fields.get('message') ?? ''));
  const facts = [...fields]
    .filter(([name]) => !lineFields.has(name))
    .map(([name, value]) => `${name}=${factText(value)}`);
  return [`${time} ${level} ${message}`, ...facts].join('  ');
}

function factText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /[\s"=]|^$/.test(text) ? JSON.stringify(text) : text;
}

/** A line feed in a text from outside could forge a line of its own. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
