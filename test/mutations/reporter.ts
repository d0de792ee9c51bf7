/**
 * A Vitest reporter that writes down, for each test that ran, how it ended and by what kind of
 * error: what the usual reporters print does not tell an assertion from a crash.
 */
import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

export interface Ended {
  file: string;
  name: string;
  state: string;
  errors: { kind: string; message: string }[];
}

export interface Report {
  tests: Ended[];
  /** Errors outside of tests: a file that could not be loaded, a rejection nobody handled. */
  loose: string[];
}

export const reportFile = 'mutation-report.json';

class KindReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const report: Report = { tests: [], loose: unhandled.map(({ message }) => message) };
    for (const module of modules) {
      report.loose.push(...module.errors().map(({ message }) => message));
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'skipped' || state === 'pending') continue;
        report.tests.push({
          file: module.relativeModuleId,
          name: test.fullName.split(' > ').join(' '),
          state,
          errors: (errors ?? []).map((error) => ({ kind: kindOf(error), message: told(error) })),
        });
      }
    }
    writeFileSync(reportFile, JSON.stringify(report));
  }
}

export default KindReporter;

/** fast-check wraps what failed; the cause tells the kind. */
function kindOf(error: SerializedError): string {
  const { cause } = error;
  const inner = error.message.startsWith('Property failed') && isNamed(cause) ? cause : error;
  return inner.name ?? 'Error';
}

function told(error: SerializedError): string {
  const { cause } = error;
  return error.message.startsWith('Property failed') && isNamed(cause)
    ? `${cause.message} (a property)`
    : error.message;
}

function isNamed(value: unknown): value is { name: string; message: string } {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}
