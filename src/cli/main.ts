import { toProblem } from '../core/problem.ts';
import { createClock } from '../runtime/clock.ts';
import { clockOffsetMs, readEnvironment } from '../runtime/environment.ts';
import { packageVersion } from '../runtime/package.ts';
import { createRedactor } from '../runtime/redact.ts';
import { quietBrokenPipes, watchSignals } from '../runtime/signals.ts';
import type { CommandContext, GlobalOptions } from './command-spec.ts';
import { exitCode } from './exit-code.ts';
import { createOutput } from './output.ts';
import { problemText } from './problem-text.ts';
import { commandTable, runProgram } from './program.ts';
import { createProgress } from './progress.ts';

const environment = readEnvironment();
const redactor = createRedactor();
for (const [name, value] of Object.entries(environment)) {
  if (/^MLC_(KEY$|SECRET_)/.test(name)) redactor.register(value ?? '');
}
quietBrokenPipes([process.stdout, process.stderr]);
const watch = watchSignals({
  source: process,
  exit: (code) => process.exit(code),
  onFirst: (name) => {
    process.stderr.write(`mlc: ${name}: finishing the step in flight; once more stops at once\n`);
  },
});

// What nobody awaited ends here; node would print it with its secrets.
process.on('uncaughtException', (thrown) => {
  process.stderr.write(redactor.redactText(problemText(toProblem(thrown), 'full')));
  process.exit(exitCode('failed'));
});

const code = await runProgram({
  argv: process.argv.slice(2),
  version: packageVersion(),
  commands: commandTable,
  stdout: process.stdout,
  stderr: process.stderr,
  environment,
  createContext,
  redact: redactor.redactText,
});
watch.dispose();
// Not process.exit: what is still in the pipes must be written first.
process.exitCode = watch.exitCode() ?? code;

function createContext(global: GlobalOptions): CommandContext {
  const clock = createClock({ offsetMs: clockOffsetMs(environment) });
  const progress = createProgress({
    sink: process.stderr,
    environment,
    quiet: global.verbosity === 'quiet' ? 'yes' : 'no',
    clock,
  });
  return {
    global,
    cwd: process.cwd(),
    environment,
    output: createOutput({ sink: process.stdout, environment, format: global.format }),
    progress,
    redactor,
    clock,
    stop: watch.signal,
    writeLog: (line) => progress.interrupt(() => process.stderr.write(line)),
  };
}
