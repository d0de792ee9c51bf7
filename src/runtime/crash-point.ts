import { channel } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { CrashPoint } from '../app/ports.ts';
import { crashPointNames, parseCrashAim } from '../core/crash-point.ts';
import { Problem } from '../core/problem.ts';
import type { Environment } from './environment.ts';

/**
 * For crash tests and `mlc drill`: `MLC_CRASH_AT=name` kills this process without any clean-up the
 * first time it passes that point, `name#3` the third time. Inert without the variable. Throws
 * Problem `CRASH_POINT_UNKNOWN`, since a kill that was mistyped would prove nothing.
 */
export function crashPoint(
  environment: Environment,
  kill: () => void = killThisProcess,
): CrashPoint {
  const wanted = environment.MLC_CRASH_AT;
  if (wanted === undefined || wanted === '') return () => {};
  const aim = parseCrashAim(wanted);
  if (aim === null) throw unknownPoint(wanted);
  let passesLeft = aim.pass;
  const pass = () => {
    passesLeft -= 1;
    if (passesLeft === 0) kill();
  };
  const step = /^sent:(.+)$/.exec(aim.point)?.[1];
  if (step !== undefined) return whenSent(step, pass);
  return (passed) => {
    if (passed === aim.point) pass();
  };
}

/**
 * The first POST whose last byte is with the operating system after the intent of such a step is on
 * disk. From then on the call arrives, whatever becomes of this process.
 */
function whenSent(step: string, pass: () => void): CrashPoint {
  let armed = false;
  channel('http.client.request.start').subscribe((message) => {
    if (!armed || !isStarted(message) || message.request.method !== 'POST') return;
    armed = false;
    message.request.once('finish', pass);
  });
  return (passed) => {
    if (passed === `after-intent:${step}`) armed = true;
  };
}

function isStarted(message: unknown): message is { request: ClientRequest } {
  return typeof message === 'object' && message !== null && 'request' in message;
}

function unknownPoint(wanted: string): Problem {
  return new Problem({
    code: 'CRASH_POINT_UNKNOWN',
    kind: 'configuration',
    message: `MLC_CRASH_AT is ${JSON.stringify(wanted)}, and this mlc has no such crash point.`,
    hint: `Unset MLC_CRASH_AT: it is for tests, which kill mlc with it. The points are ${crashPointNames().join(', ')}; name#3 is the third pass.`,
  });
}

function killThisProcess(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing after this point may run meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}
