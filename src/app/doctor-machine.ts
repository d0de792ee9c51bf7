import type { Check } from './doctor.ts';
import { instant } from './doctor-configuration.ts';
import { type Finding, fine, problem, unchecked, warning } from './doctor-finding.ts';
import type { ClockReading, Machine } from './ports.ts';

/** Tested majors; the others get no mends any more, or are not tried yet. */
const nodeTested = [22, 24];
const nodeLeast = [20, 19] as const;

export function machineChecks(machine: Machine): Check[] {
  return [{ area: 'machine', name: 'Node', run: () => [node(machine.nodeVersion())] }];
}

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < nodeLeast[0] || (major === nodeLeast[0] && minor < nodeLeast[1])) {
    return problem({
      what: `Node ${version}`,
      means: `mlc needs Node ${nodeLeast.join('.')} or newer`,
      mend: `Install Node ${nodeTested.at(-1)}.`,
    });
  }
  if (major < Math.min(...nodeTested)) {
    return warning({
      what: `Node ${version}`,
      means: 'it is past its end of life: holes in it are no longer mended',
      mend: `Install Node ${nodeTested.at(-1)}; it runs the same mlc.`,
    });
  }
  return fine(`Node ${version}`);
}

const skewWarnMs = 30_000;
const skewMaxMs = 120_000;

/** Read from the answers of the checks before this one, so that it costs no call of its own. */
export function clockCheck(readings: () => ClockReading[], nowMs: () => number): Check {
  return {
    area: 'machine',
    name: 'clock',
    run() {
      const all = readings();
      if (all.length === 0) return [unchecked('neither side has answered with its time')];
      return all.map((reading) => skew(reading, nowMs()));
    },
  };
}

function skew({ system, aheadMs, uncertaintyMs }: ClockReading, nowMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const about = Math.ceil(uncertaintyMs / 1000);
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  const what = `our clock is ${durationWords(seconds)} ${direction} ${system}’s (± ${about} s)`;
  const sureMs = Math.abs(aheadMs) - uncertaintyMs;
  const trouble = {
    what: `${what}; it says ${instant(nowMs)}`,
    means:
      'webhooks are refused, tokens end at the wrong time, and sweeps leave gaps at their edges',
    mend: 'Have this machine’s clock set by NTP (timedatectl set-ntp true); unset MLC_CLOCK_OFFSET.',
  };
  if (sureMs > skewMaxMs) return problem(trouble);
  if (sureMs > skewWarnMs) return warning(trouble);
  return fine(`our clock agrees with ${system}’s within ${Math.max(1, seconds) + about} s`);
}

function durationWords(seconds: number): string {
  return seconds < 180 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
