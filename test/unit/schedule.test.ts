import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import {
  leaseHeld,
  minuteMs,
  ScheduleWorld,
  secondMs,
  startAtMs,
  trouble,
  type WorldSettings,
} from '../support/schedule-world.ts';

/** A world in which the catch-up of the start is over: it is 07:59:59. */
async function started(settings: WorldSettings = {}): Promise<ScheduleWorld> {
  const world = new ScheduleWorld({ catchUp: 'never', ...settings });
  await world.pass(0);
  return world;
}

function failuresOf(world: ScheduleWorld, what: string): number | undefined {
  return world.scheduler.health().commands.find((each) => each.what === what)?.failuresInARow;
}

const everyTen = [{ cron: '*/10 * * * *', sync: 'all' as const }];

describe('scheduled runs', () => {
  it('begin when their expression says so', async () => {
    const world = await started({
      runs: [
        { cron: '0,30 * * * *', sync: 'orders' },
        { cron: '5 8 * * *', sync: 'costs' },
      ],
    });

    await world.pass(31 * minuteMs);

    expect(world.began).toEqual([
      '08:00:00 sync orders',
      '08:05:00 sync costs',
      '08:30:00 sync orders',
    ]);
  });

  it('begin later by chance, up to the jitter', async () => {
    const world = await started({ runs: everyTen, jitterMs: 15 * secondMs, chance: 0.5 });

    await world.pass(minuteMs);

    expect(world.began).toEqual(['08:00:07 sync all']);
  });

  it('that fall due while one is on are done once, afterwards', async () => {
    const world = await started({ runs: [{ cron: '* * * * *', sync: 'all' }] });
    world.scripts.set('sync all', [{ takesMs: 5 * minuteMs + 30 * secondMs }, {}]);

    await world.pass(7 * minuteMs);

    expect(world.began).toEqual(['08:00:00 sync all', '08:05:30 sync all', '08:06:00 sync all']);
    expect(world.runsAtOnceMax).toBe(1);
  });

  it('of one part are covered by a full run that was asked for with them', async () => {
    const world = await started({
      runs: [
        { cron: '*/10 * * * *', sync: 'orders' },
        { cron: '0 * * * *', sync: 'all' },
      ],
    });

    await world.pass(11 * minuteMs);

    expect(world.began).toEqual(['08:00:00 sync all', '08:10:00 sync orders']);
  });

  it('are known beforehand, and afterwards', async () => {
    const world = await started({ runs: everyTen });
    await world.pass(minuteMs);

    const health = world.scheduler.health();

    expect(health.nextRunAtMs).toBe(startAtMs + 10 * minuteMs + secondMs);
    expect(health.lastRun).toMatchObject({ what: 'sync all', exitCode: 0 });
    expect(health.lastDoneAtMs).toBe(startAtMs + secondMs);
    expect(health.running).toBeNull();
  });
});

describe('a start', () => {
  it('catches up at once on what fell due while nothing ran', async () => {
    const world = new ScheduleWorld({ runs: everyTen });

    await world.pass(2 * secondMs);

    expect(world.began).toEqual(['07:59:59 sync all', '08:00:00 sync all']);
  });

  it('waits for the first moment when nothing is to be caught up on', async () => {
    const world = await started({ runs: everyTen, catchUp: 'never' });

    expect(world.began).toEqual([]);
  });

  it('is all there is with --once: every kind of run, and the end', async () => {
    const world = new ScheduleWorld({
      runs: [
        { cron: '0 3 * * *', sync: 'orders' },
        { cron: '0 4 * * *', sync: 'receiving' },
      ],
      mode: 'once',
      catchUp: 'never',
      inbox: 3,
    });
    world.scripts.set('sync orders', [{ ends: { exitCode: 4 } }]);

    await world.pass(5 * secondMs);

    expect(world.began.map((line) => line.slice(9))).toEqual([
      'sync orders',
      'sync receiving',
      'hints',
    ]);
    expect(world.ended).toEqual({ exitCodes: [4, 0, 0], problem: null });
  });

  it('with --once, gives up on a lease that somebody keeps', async () => {
    const world = new ScheduleWorld({ runs: everyTen, mode: 'once' });
    world.scripts.set('sync all', [{ ends: leaseHeld() }]);

    await world.pass(5 * minuteMs);

    expect(world.ended).toEqual({ exitCodes: [75], problem: null });
  });
});

describe('after the machine slept', () => {
  it('what was missed is run once, and the schedule goes on', async () => {
    const world = await started({ runs: everyTen, catchUp: 'once' });
    await world.pass(minuteMs);
    world.began.length = 0;

    await world.sleepThrough(8 * 60 * minuteMs);
    await world.pass(11 * minuteMs);

    expect(world.began).toEqual(['16:00:59 sync all', '16:10:00 sync all']);
    expect(world.logged.filter((line) => line.includes('slept through'))).toHaveLength(1);
  });

  it('nothing is run before the next moment, when that is wanted', async () => {
    const world = await started({ runs: everyTen, catchUp: 'never' });
    await world.pass(minuteMs);
    world.began.length = 0;

    await world.sleepThrough(8 * 60 * minuteMs);
    await world.pass(11 * minuteMs);

    expect(world.began).toEqual(['16:10:00 sync all']);
  });

  it('a night reported moment by moment is one run', async () => {
    const world = await started({ runs: everyTen, catchUp: 'once' });
    await world.pass(minuteMs);
    world.began.length = 0;

    world.setClock(8 * 60 * minuteMs);
    world.reportMissed(48);
    await world.pass(minuteMs);

    expect(world.began).toEqual(['16:00:59 sync all']);
    expect(world.logged.filter((line) => line.includes('slept through'))).toHaveLength(1);
  });
});

describe('a clock that is set back', () => {
  it('does not make what is due wait for as long', async () => {
    const world = await started({ runs: [] });
    world.deliver();

    world.setClock(-3 * 60 * minuteMs);
    await world.pass(20 * secondMs);

    expect(world.began.map((line) => line.slice(9))).toEqual(['hints']);
  });
});

describe('deliveries', () => {
  it('are gathered and followed once they have settled', async () => {
    const world = await started({ runs: [] });

    world.deliver();
    await world.pass(secondMs);
    world.deliver();
    await world.pass(10 * secondMs);

    expect(world.began).toEqual(['08:00:02 hints']);
    expect(world.inbox).toBe(0);
  });

  it('that keep coming are followed all the same', async () => {
    const world = await started({ runs: [] });

    for (let second = 0; second < 60; second += 1) {
      world.deliver();
      await world.pass(secondMs);
    }

    expect(world.began.length).toBeGreaterThanOrEqual(5);
    expect(world.began.length).toBeLessThanOrEqual(7);
  });

  it('that come while a run is on are followed after it', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ takesMs: minuteMs }]);
    world.duringRun = () => {
      world.duringRun = null;
      world.deliver();
    };

    await world.pass(2 * minuteMs);

    expect(world.began).toEqual(['08:00:00 sync all', '08:01:00 hints']);
    expect(world.runsAtOnceMax).toBe(1);
  });

  it('that another process stored are noticed without being told', async () => {
    const world = await started({ runs: [] });
    world.inbox = 1;

    await world.pass(30 * secondMs);

    expect(world.began).toHaveLength(1);
    expect(world.inbox).toBe(0);
  });

  it('that wait at the start are followed', async () => {
    const world = new ScheduleWorld({ runs: [], inbox: 1 });

    await world.pass(3 * secondMs);

    expect(world.began).toEqual(['08:00:01 hints']);
  });

  it('that cannot be read yet are not tried every few seconds', async () => {
    const world = await started({ runs: [] });
    world.scripts.set('hints', [{ ends: { exitCode: 4, troubles: trouble('SHIPBOB_DOWN') } }]);

    world.deliver();
    await world.pass(10 * minuteMs);

    expect(world.began.length).toBeGreaterThan(3);
    expect(world.began.length).toBeLessThan(12);
  });

  it('that a run leaves without a trouble are looked at less and less', async () => {
    const world = await started({ runs: [] });
    world.scripts.set('hints', [{ ends: { exitCode: 4 } }]);

    world.deliver();
    await world.pass(20 * minuteMs);

    expect(world.began.length).toBeGreaterThan(3);
    expect(world.began.length).toBeLessThan(12);
  });

  it('are not waited for by others: an unfinished posting slows no later delivery', async () => {
    const world = await started({ runs: [] });
    world.scripts.set('hints', [{ ends: { exitCode: 4 } }, {}]);
    world.deliver();
    await world.pass(5 * secondMs);

    world.deliver();
    await world.pass(3 * secondMs);

    expect(world.began).toHaveLength(2);
  });
});

describe('a lease that another process holds', () => {
  it('is waited for, since the runs are no error and the work is ours still', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ ends: leaseHeld() }, { ends: leaseHeld() }, {}]);

    await world.pass(minuteMs);

    expect(world.began).toEqual(['08:00:00 sync all', '08:00:05 sync all', '08:00:10 sync all']);
    expect(world.reports.map(({ exitCode }) => exitCode)).toEqual([0]);
    expect(world.logged.filter((line) => line.includes('waits'))).toHaveLength(1);
    expect(world.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('that stays held makes a scheduled run give way until its next moment', async () => {
    const world = await started({ runs: everyTen });
    world.scripts.set('sync all', [{ ends: leaseHeld() }]);

    await world.pass(9 * minuteMs);

    expect(world.logged.filter((line) => line.includes('is left out'))).toHaveLength(1);
    expect(world.began.filter((line) => line > '08:04')).toEqual([]);
    await world.pass(2 * minuteMs);
    expect(world.began.at(-1)).toMatch(/^08:10/);
  });

  it('never makes deliveries be forgotten', async () => {
    const world = await started({ runs: [] });
    world.scripts.set('hints', [{ ends: leaseHeld() }]);
    world.deliver();
    await world.pass(30 * minuteMs);

    world.scripts.set('hints', [{}]);
    await world.pass(minuteMs);

    expect(world.inbox).toBe(0);
    expect(world.reports).toHaveLength(1);
  });
});

describe('a run that fails', () => {
  it('is logged with its code and hint, told of, and the next one comes', async () => {
    const world = await started({ runs: everyTen });
    const problem = new Problem({
      code: 'DATABASE_BUSY',
      kind: 'retryable',
      message: 'the database is busy',
      hint: 'Try again.',
    });
    world.scripts.set('sync all', [{ ends: problem }, {}]);

    await world.pass(11 * minuteMs);

    expect(world.logged).toContain('error sync all: the database is busy');
    expect(world.reports.map(({ exitCode }) => exitCode)).toEqual([4, 0]);
    expect(failuresOf(world, 'sync all')).toBe(0);
  });

  it('for want of credentials is tried again more slowly than every minute', async () => {
    const world = await started({ runs: [{ cron: '* * * * *', sync: 'all' }] });
    world.scripts.set('sync all', [
      { ends: { exitCode: 5, troubles: trouble('INFOR_LOGIN_REFUSED') } },
    ]);

    await world.pass(60 * minuteMs);

    expect(world.began.length).toBeGreaterThan(5);
    expect(world.began.length).toBeLessThan(13);
    expect(failuresOf(world, 'sync all')).toBe(world.began.length);
    expect(world.ended).toBeNull();
  });

  it('goes on at full pace once it is mended', async () => {
    const world = await started({ runs: [{ cron: '* * * * *', sync: 'all' }] });
    world.scripts.set('sync all', [
      { ends: { exitCode: 5, troubles: trouble('INFOR_LOGIN_REFUSED') } },
      {},
    ]);
    await world.pass(5 * minuteMs);
    world.began.length = 0;

    await world.pass(5 * minuteMs);

    expect(world.began).toHaveLength(5);
  });

  it.each([
    ['a defect', { exitCode: 1, troubles: trouble('DEFECT') }, 'DEFECT', 1],
    [
      'a changed key',
      { exitCode: 2, troubles: trouble('AUDIT_KEY_DIFFERS') },
      'AUDIT_KEY_DIFFERS',
      2,
    ],
  ])('by %s ends the process, which a new one may cure', async (_, ends, code, exitCode) => {
    const world = await started({ runs: everyTen, hints: 'none' });
    world.scripts.set('sync all', [{ ends }]);

    await world.pass(minuteMs);

    expect(world.ended?.problem?.code).toBe(code);
    expect(world.ended?.exitCodes).toEqual([exitCode]);
    expect(world.reports).toHaveLength(1);
  });
});

describe('a stop', () => {
  it('ends the process at once when nothing runs, and leaves no task behind', async () => {
    const world = await started({ runs: everyTen });

    world.stop.abort();
    await world.pass(0);

    expect(world.ended).toEqual({ exitCodes: [], problem: null });
    await world.pass(30 * minuteMs);
    expect(world.began).toEqual([]);
  });

  it('lets the run that is on end, and begins no other', async () => {
    const world = await started({ runs: [{ cron: '* * * * *', sync: 'all' }] });
    world.scripts.set('sync all', [{ takesMs: 3 * minuteMs }]);
    world.duringRun = () => world.stop.abort();

    await world.pass(2 * minuteMs);
    expect(world.ended).toBeNull();
    await world.pass(2 * minuteMs);

    expect(world.ended).toEqual({ exitCodes: [], problem: null });
    expect(world.began).toHaveLength(1);
    expect(world.reports).toHaveLength(1);
  });
});

describe('the sign of life', () => {
  it('is given by the loop while nothing happens, and by a run that moves on', async () => {
    const world = await started({ runs: everyTen, hints: 'none' });
    await world.pass(30 * secondMs);
    expect(world.now() - world.scheduler.health().beatAtMs).toBeLessThanOrEqual(20 * secondMs);
    world.scripts.set('sync all', [{ takesMs: 60 * minuteMs }]);

    await world.pass(20 * minuteMs);
    const silentMs = world.now() - world.scheduler.health().beatAtMs;
    world.scheduler.beat();

    expect(silentMs).toBeGreaterThan(8 * minuteMs);
    expect(world.scheduler.health().beatAtMs).toBe(world.now());
  });
});
