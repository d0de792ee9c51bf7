import type { CommandSpec } from '../command-spec.ts';
import { exitCodeHelp } from '../exit-code.ts';

export const scheduleCommand: CommandSpec = {
  name: 'schedule',
  summary: 'stay up and run what the configuration schedules',
  describe(command) {
    command
      .option('--with-webhooks', 'receive webhooks in this process as well')
      .option('--once', 'run each scheduled kind of run once, then end')
      .addHelpText(
        'after',
        `
Runs what schedule.runs names, when it names it, one run at a time: what falls due meanwhile is
done once, afterwards. The start, and waking up after the machine slept, catch up with one run.
Another process may run mlc sync on the same database at any time; one waits for the other.

SIGTERM and SIGINT let the step in flight finish and end the process; once more ends it at once.
Under systemd it says when it is ready, how it is, and pings the watchdog (config/systemd/).

Examples:
  mlc schedule                          what the configuration says
  mlc schedule --with-webhooks          and follow ShipBob's webhooks within seconds
  mlc schedule --once                   in a container that something else starts

${exitCodeHelp()}`,
      );
  },
  load: () => import('./schedule-run.ts'),
};
