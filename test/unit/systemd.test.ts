import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServiceManager, type ServiceManager } from '../../src/runtime/systemd.ts';

let folder: string;
let warnings: string[];
const managers: ServiceManager[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlc-notify-'));
  warnings = [];
});

afterEach(() => {
  for (const manager of managers.splice(0)) manager.close();
  rmSync(folder, { recursive: true, force: true });
});

const told = () => join(folder, 'told');
const lines = () => (existsSync(told()) ? readFileSync(told(), 'utf8').trim().split('\n') : []);

/** A program of that name that writes down what it was told, one call a line. */
function fakeNotify(): void {
  const path = join(folder, 'systemd-notify');
  writeFileSync(path, `#!/bin/sh\necho "$NOTIFY_SOCKET|$*" >> '${told()}'\n`);
  chmodSync(path, 0o755);
}

function manager(environment: Record<string, string>): ServiceManager {
  const created = createServiceManager({
    environment: { PATH: `${folder}:/usr/bin:/bin`, ...environment },
    processId: 4711,
    log: { warn: (message) => warnings.push(message) },
  });
  managers.push(created);
  return created;
}

/** Polls without a bound of its own: the test's time limit is the bound. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the service manager', () => {
  it('is told that the service is ready, how it is, and that it stops', async () => {
    fakeNotify();
    const systemd = manager({ NOTIFY_SOCKET: '/run/notify' });

    await systemd.ready('serving');
    await systemd.status('last run exit 0');
    await systemd.stopping();

    expect(lines()).toEqual([
      '/run/notify|READY=1 STATUS=serving',
      '/run/notify|STATUS=last run exit 0',
      '/run/notify|STOPPING=1 STATUS=stopping',
    ]);
  });

  it('hears nothing without NOTIFY_SOCKET', async () => {
    fakeNotify();
    const systemd = manager({ WATCHDOG_USEC: '2000' });

    await systemd.ready('serving');
    systemd.watch(() => 'yes');
    await systemd.stopping();

    expect(lines()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('cannot be given a second assignment through a status of two lines', async () => {
    fakeNotify();
    const systemd = manager({ NOTIFY_SOCKET: '/run/notify' });

    await systemd.status('an order\nMAINPID=1');

    expect(lines()).toEqual(['/run/notify|STATUS=an order MAINPID=1']);
  });

  it('is warned about once, and not more, when the program is missing', async () => {
    const systemd = createServiceManager({
      environment: { PATH: folder, NOTIFY_SOCKET: '/run/notify' },
      processId: 4711,
      log: { warn: (message) => warnings.push(message) },
    });

    await systemd.ready('serving');
    await systemd.status('still serving');

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/systemd could not be told: .*systemd-notify/);
  });

  it('gets its ping while the process is alive, and none once it hangs', async () => {
    fakeNotify();
    const systemd = manager({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '2000' });
    let alive: 'yes' | 'no' = 'yes';
    let asked = 0;

    systemd.watch(() => {
      asked += 1;
      return alive;
    });
    await until(() => lines().length >= 2);
    alive = 'no';
    const askedBefore = asked;
    await until(() => asked > askedBefore + 2);
    systemd.close();

    expect(new Set(lines())).toEqual(new Set(['/run/notify|WATCHDOG=1']));
  });

  it('pings for no other process than the one that is watched', async () => {
    fakeNotify();
    const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '2000' };
    let asked = 0;
    const ask = (): 'yes' => {
      asked += 1;
      return 'yes';
    };
    const watched = manager({ ...environment, WATCHDOG_PID: '4711' });
    manager({ ...environment, WATCHDOG_PID: '1' }).watch(() => {
      throw new Error('the watchdog of another process');
    });

    watched.watch(ask);
    await until(() => asked > 3);
    watched.close();

    expect(asked).toBeGreaterThan(3);
  });
});
