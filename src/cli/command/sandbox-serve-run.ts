import { resolve } from 'node:path';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { createClock, startRehearsal, writeWorkspace } from '../compose-sandbox.ts';

const dayMs = 86_400_000;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const tenant = options.text('tenant') ?? 'rich';
  if (tenant !== 'rich' && tenant !== 'poorest') {
    throw usageProblem(`--tenant takes rich or poorest, not ${tenant}`, 'mlc sandbox serve');
  }
  const clock = createClock({ startAtMs: context.clock.now() });
  const days = options.whole('days', 1) ?? 7;
  const shipbobPort = options.whole('shipbobPort');
  const inforPort = options.whole('inforPort');
  const sandbox = await startRehearsal({
    clock,
    seed: options.whole('seed') ?? 1,
    orders: options.whole('orders') ?? 520,
    days,
    startAtMs: clock.now() - (options.whole('daysPassed') ?? days) * dayMs,
    tenant,
    ...(options.given('webhooks') ? { webhooks: 'automatic' } : {}),
    ...(shipbobPort === null ? {} : { shipbobPort }),
    ...(inforPort === null ? {} : { inforPort }),
  });
  const folder = options.text('workspace');
  const files =
    folder === null ? null : writeWorkspace(resolve(context.cwd, folder), sandbox, tenant);
  const { output } = context;
  if (output.format === 'json') {
    output.json({
      shipbob: sandbox.shipbob.url,
      infor: sandbox.infor.url,
      token: sandbox.shipbob.token,
      ionapi: { ...sandbox.infor.ionapi },
      files: files ? { ...files } : null,
    });
  } else {
    output.block([
      ['ShipBob', sandbox.shipbob.url],
      ['token', sandbox.shipbob.token],
      ['Infor', sandbox.infor.url],
      ...(files
        ? ([
            ['configuration', files.config],
            ['.ionapi file', files.ionapi],
          ] as const)
        : [['.ionapi file', JSON.stringify(sandbox.infor.ionapi)] as const]),
    ]);
    output.line('Serving; stop with Ctrl-C.');
  }
  await new Promise<void>((done) => {
    if (context.stop.aborted) done();
    else context.stop.addEventListener('abort', () => done(), { once: true });
  });
  await sandbox.close();
  return 0;
}
