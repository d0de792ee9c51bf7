/** What must not bring a process that stays up to a standstill. */
import { describe, expect, it } from 'vitest';
import { serviceHealthOf } from '../../src/app/service-health.ts';
import { Problem } from '../../src/core/problem.ts';
import {
  leaseHeld,
  minuteMs,
  ScheduleWorld,
  secondMs,
  trouble,
  type WorldSettings,
} from '../support/schedule-world.ts';

async function started(settings: WorldSettings = {}): Promise<ScheduleWorld> {
  const world = new ScheduleWorld({ catchUp: 'never', ...settings });
  await world.pass(0);
  return world;
}

const everyTen = [{ cron: '*/10 * * * *', sync: 'all' as const }];
const hourMs = 60 * minuteMs;
const healthOf = (world: ScheduleWorld) =>
  serviceHealthOf(world.scheduler.health(), { nowMs: world.now(), receiver: null });

/** Until it is over, so that `pass` does not walk through the hours that were taken back. */
async function setBackDuringRun(world: ScheduleWorld, backMs: number): Promise<void> {
  await world.pass(2 * minuteMs);
  world.setClock(-backMs);
}

describe('a clock that is set back while a run is on', () => {
  it('does not stop the schedule for as long', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ takesMs: 4 * minuteMs }, {}]);

    await setBackDuringRun(world, 6 * hourMs);
    // The run ends at its old moment, which the clock here reaches only in six hours.
    world.timersFollow(-6 * hourMs);
    await world.pass(13 * minuteMs);

    expect(world.began).toEqual(['08:00:00 sync all', '02:10:00 sync all']);
  });

  it('does not make a delivery of that time wait for as long', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ takesMs: 4 * minuteMs }, {}]);
    await world.pass(minuteMs);
    world.deliver();

    await setBackDuringRun(world, 6 * hourMs);
    world.timersFollow(-6 * hourMs);
    await world.pass(5 * minuteMs);

    expect(world.began.map((line) => line.slice(9))).toEqual(['sync all', 'hints']);
  });

  it('does not make work that keeps its distance keep it for as long', async () => {
    const world = await started({ runs: everyTen });
    const refused = { exitCode: 5, troubles: trouble('INFOR_LOGIN_REFUSED') };
    world.scripts.set('sync all', [{ ends: refused }, {}]);
    await world.pass(2 * secondMs);

    world.setClock(-6 * hourMs);
    world.timersFollow(-6 * hourMs);
    await world.pass(11 * minuteMs);

    expect(world.began).toHaveLength(2);
  });
});

describe('what follows a run', () => {
  it('may take minutes without the process being taken for one that hangs', async () => {
    const world = await started({ runs: everyTen, afterRun: (clock) => clock.sleep(5 * minuteMs) });

    await world.pass(4 * minuteMs);

    expect(world.scheduler.health().running?.what).toBe('after sync all');
    expect(healthOf(world)).toMatchObject({ alive: 'yes', ready: 'yes' });
    await world.pass(2 * minuteMs);
    expect(world.scheduler.health().running).toBeNull();
  });
});

describe('a mistake of ours', () => {
  const defect = { exitCode: 1, troubles: trouble('DEFECT') };

  it('leaves the receiver up, shows, and is met less and less often', async () => {
    const world = await started({ runs: [{ cron: '* * * * *', sync: 'all' }] });
    world.scripts.set('sync all', [{ ends: defect }]);

    await world.pass(4 * hourMs);

    expect(world.ended).toBeNull();
    expect(world.began.length).toBeGreaterThan(8);
    expect(world.began.length).toBeLessThan(14);
    expect(healthOf(world)).toMatchObject({ alive: 'yes', ready: 'no' });
  });

  it('in one kind of run does not keep deliveries from being followed', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ ends: defect }]);
    await world.pass(2 * secondMs);

    world.deliver();
    await world.pass(5 * secondMs);

    expect(world.inbox).toBe(0);
    expect(healthOf(world).ready).toBe('no');
  });

  it('is over with the first run that ends well', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ ends: defect }, {}]);

    await world.pass(11 * minuteMs);

    expect(healthOf(world).ready).toBe('yes');
  });

  it('does not outlive a changed key, receiver or not', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [
      { ends: { exitCode: 2, troubles: trouble('VAULT_KEY_WRONG') } },
    ]);

    await world.pass(minuteMs);

    expect(world.ended?.problem?.code).toBe('VAULT_KEY_WRONG');
  });
});

describe('runs for deliveries that go well', () => {
  it('do not hide that polling fails', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [
      { ends: { exitCode: 4, troubles: trouble('SHIPBOB_UNAVAILABLE') } },
    ]);

    for (let minute = 0; minute < 35; minute += 1) {
      world.deliver();
      await world.pass(minuteMs);
    }

    expect(world.began.filter((line) => line.endsWith('hints')).length).toBeGreaterThan(20);
    expect(healthOf(world).reasons).toEqual(['sync all failed 4 times in a row: exit 4']);
  });

  it('let a sync of another process have its turn', async () => {
    const shared = new Map<string, string>();
    const world = await started({ runs: [], shared });
    world.scripts.set('hints', [{ takesMs: 20 * secondMs }]);
    world.deliver();
    await world.pass(10 * secondMs);
    world.deliver();

    // The other process found the lease held just now, and tries again within 40 s.
    shared.set('sync-waits-until', String(world.now() + 40 * secondMs));
    await world.pass(35 * secondMs);
    const whileItWaits = world.began.length;
    await world.pass(10 * secondMs);

    expect(whileItWaits).toBe(1);
    expect(world.began).toHaveLength(2);
  });

  it.each([
    [30, 2],
    [6, 10],
    [125, 60],
  ])('of %d s with a delivery every %d s let a timer in each time', async (takes, every) => {
    const shared = new Map<string, string>();
    const world = await started({ runs: [], shared });
    world.scripts.set('hints', [{ takesMs: takes * secondMs }]);
    const gotIn: number[] = [];
    let waitedSeconds = 0;

    for (let second = 0; second < 3_600; second += 1) {
      if (second % every === 0) world.deliver();
      await world.pass(secondMs);
      if (second % 600 === 300) waitedSeconds = 1;
      if (waitedSeconds === 0) continue;
      // As `mlc sync --if-free` does it: a try a second, and a mark at each that is in vain.
      if (world.scheduler.health().running === null) {
        gotIn.push(waitedSeconds);
        waitedSeconds = 0;
        shared.set('sync-waits-until', '0');
      } else {
        shared.set('sync-waits-until', String(world.now() + 15 * secondMs));
        waitedSeconds += 1;
      }
    }

    expect(gotIn).toHaveLength(6);
    expect(Math.max(...gotIn)).toBeLessThanOrEqual(takes + 2);
    expect(world.began.length).toBeGreaterThan(20);
  });

  it('do not rest for one that waits by a clock that ran ahead', async () => {
    const world = await started({ runs: [] });
    const shared = new Map([['sync-waits-until', String(world.now() + 5 * hourMs)]]);
    const other = await started({ runs: [], shared });

    other.deliver();
    await other.pass(5 * secondMs);

    expect(other.began).toHaveLength(1);
  });
});

describe('a scheduled run that another process keeps from running', () => {
  it('says that it waits, and takes it back after its turn', async () => {
    const shared = new Map<string, string>();
    const world = await started({ runs: everyTen, shared });
    world.scripts.set('sync all', [{ ends: leaseHeld() }, {}]);

    await world.pass(2 * secondMs);
    const asked = Number(shared.get('sync-waits-until'));
    await world.pass(20 * secondMs);

    expect(asked - world.now()).toBeGreaterThan(-10 * secondMs);
    expect(world.began).toHaveLength(2);
    expect(shared.get('sync-waits-until')).toBe('0');
  });

  it('shows once it was left out several times in a row', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ ends: leaseHeld() }]);

    await world.pass(15 * minuteMs);
    const early = healthOf(world).ready;
    await world.pass(15 * minuteMs);

    expect(early).toBe('yes');
    expect(healthOf(world).reasons[0]).toMatch(/^sync all was left out 3 times in a row/);
  });
});

describe('a stop in the middle of a run', () => {
  it('is no failure of it', async () => {
    const world = await started({ runs: everyTen });
    const stopped = new Problem({
      code: 'STOPPED',
      kind: 'retryable',
      message: 'Stopped by SIGTERM.',
      hint: 'The next run carries on.',
    });
    world.scripts.set('sync all', [{ ends: stopped }]);

    await world.pass(minuteMs);

    expect(world.scheduler.health().commands[0]?.failuresInARow).toBe(0);
    expect(world.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});
