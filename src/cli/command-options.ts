import { Problem } from '../core/problem.ts';
import type { CommandOptions } from './command-spec.ts';

/** Wrong usage: exit code 2. `command` is the words to look up, such as `mlc sync`. */
export function usageProblem(message: string, command: string): Problem {
  return new Problem({
    code: 'USAGE',
    kind: 'configuration',
    message,
    hint: `See: ${command} --help`,
  });
}

/** commander's values behind checks; `command` names the verb in errors. */
export function commandOptions(values: Record<string, unknown>, command: string): CommandOptions {
  const read = (name: string): unknown => values[name];
  return {
    text(name) {
      const value = read(name);
      return typeof value === 'string' ? value : null;
    },
    given(name) {
      const value = read(name);
      return value !== undefined && value !== false;
    },
    whole(name, least = 0) {
      const value = read(name);
      if (value === undefined) return null;
      const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : -1;
      if (number >= least) return number;
      const what = least === 0 ? 'a whole number' : `a whole number of at least ${least}`;
      throw usageProblem(`--${dashed(name)} needs ${what}, not ${String(value)}`, command);
    },
    list(name) {
      const value = read(name);
      if (value === undefined) return [];
      return Array.isArray(value) ? value.map(String) : [String(value)];
    },
  };
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
