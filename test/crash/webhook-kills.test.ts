import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processInbox } from '../../bench/webhook-inbox.ts';
import { type KillRequest, type KillResult, runKills } from '../../bench/webhook-kills.ts';
import { type ChildProgram, roleModules } from '../../bench/webhook-process.ts';
import { repeatAfterProcessing } from '../../bench/webhook-repeat.ts';
import { crashSeeds, crashTestMs } from '../support/crash-seeds.ts';
import { projectRoot } from '../support/source-tree.ts';

/** Through Vite's module runner, since Node 20 does not read TypeScript. */
const program: ChildProgram = (role) => {
  const { name, call } = roleModules[role];
  const file = join(projectRoot, 'bench', `${name}.ts`);
  return `
    const { runnerImport } = await import('vite');
    const options = { configFile: false, logLevel: 'error' };
    const { module } = await runnerImport(${JSON.stringify(file)}, options);
    await module.${call}(JSON.parse(process.argv[1]));`;
};

const connections = 16;
const kills = 8;

function killReceivers(
  request: Pick<KillRequest, 'answers' | 'until' | 'kills' | 'seed'>,
): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-webhook-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return runKills({ ...request, folder, program, connections });
}

describe('a receiver that is killed while it stores', () => {
  it.each(crashSeeds(7001))(
    'has kept all that it answered 2xx, once, for one read of each record (seed $seed)',
    async ({ seed }) => {
      const result = await killReceivers({
        answers: 'afterCommit',
        until: 'allKills',
        kills,
        seed,
      });

      const { databasePath, truth, sample } = result;
      expect(result.missing).toEqual([]);
      expect(result.misjudged).toBe(0);
      expect(truth).toEqual({
        rows: result.sent,
        waiting: result.sent,
        twice: 0,
        forged: 0,
        integrity: 'ok',
      });
      // That the kills fell where it hurts: within a write, or between a commit and its answers.
      expect(result.kills).toBe(kills);
      expect(result.whileWriting + result.unansweredStored).toBeGreaterThan(0);

      const processing = await processInbox(databasePath);
      expect(processing).toMatchObject({ deliveries: result.sent, readTwice: 0, left: 0 });
      expect(processing.reads).toBeLessThan(result.sent);

      const again = { program, databasePath, connections, deliveries: sample };
      expect(await repeatAfterProcessing(again)).toEqual({
        sent: sample.length,
        accepted: sample.length,
        newRows: 0,
        waiting: 0,
      });
    },
    crashTestMs,
  );

  it(
    'is caught when it answers before the commit',
    async () => {
      const twin = await killReceivers({
        answers: 'beforeCommit',
        until: 'firstLoss',
        kills: 30,
        seed: 7100,
      });

      expect(twin.missing.length).toBeGreaterThan(0);
    },
    crashTestMs,
  );
});
