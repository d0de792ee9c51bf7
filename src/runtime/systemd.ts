import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../app/ports.ts';
import type { Environment } from './environment.ts';

/** Tells systemd, or whatever speaks its protocol, how the service is. */
export interface ServiceManager {
  /** The service can be used from now on. */
  ready(status: string): Promise<void>;
  status(status: string): Promise<void>;
  stopping(): Promise<void>;
  /** Pings the watchdog at half its time for as long as `alive` answers yes. */
  watch(alive: () => 'yes' | 'no'): void;
  close(): void;
}

const program = 'systemd-notify';
const notifyTimeoutMs = 10_000;

/**
 * Speaks through the `systemd-notify` program, since node has no datagram sockets of that family;
 * the unit must therefore say `NotifyAccess=all`. Does nothing without NOTIFY_SOCKET, and never
 * fails: a service that cannot tell is still a service.
 */
export function createServiceManager(settings: {
  environment: Environment;
  processId: number;
  log: Pick<Log, 'warn'>;
}): ServiceManager {
  const { environment, log } = settings;
  const socket = environment.NOTIFY_SOCKET ?? '';
  let told: 'yes' | 'no' = 'no';
  let timer: NodeJS.Timeout | null = null;
  const notify = async (...assignments: string[]) => {
    if (socket === '') return;
    try {
      await promisify(execFile)(program, assignments, {
        env: { NOTIFY_SOCKET: socket, PATH: environment.PATH ?? '' },
        timeout: notifyTimeoutMs,
      });
    } catch (thrown) {
      if (told === 'yes') return;
      told = 'yes';
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      log.warn(`systemd could not be told: ${reason.split('\n')[0] ?? ''}`);
    }
  };
  return {
    ready: (status) => notify('READY=1', `STATUS=${oneLine(status)}`),
    status: (status) => notify(`STATUS=${oneLine(status)}`),
    stopping: () => notify('STOPPING=1', 'STATUS=stopping'),
    watch(alive) {
      const everyMs = watchdogMs(environment, settings.processId);
      if (everyMs === null || timer !== null) return;
      timer = setInterval(() => {
        if (alive() === 'yes') void notify('WATCHDOG=1');
      }, everyMs);
      timer.unref();
    },
    close() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}

/** Half of what systemd allows; null when it does not watch this process. */
function watchdogMs(environment: Environment, processId: number): number | null {
  const { WATCHDOG_USEC: microseconds = '', WATCHDOG_PID: meant = '' } = environment;
  if ((environment.NOTIFY_SOCKET ?? '') === '' || !/^[1-9]\d{0,15}$/.test(microseconds))
    return null;
  if (meant !== '' && meant !== String(processId)) return null;
  return Math.max(1, Math.floor(Number(microseconds) / 2_000));
}

/** An assignment ends at a line feed; another one must not hide behind it. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
