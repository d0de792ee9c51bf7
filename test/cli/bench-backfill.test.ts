import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimsOf, runBackfill } from '../../bench/backfill.ts';
import { type PeerProgram, peerText } from '../../bench/peer.ts';
import { projectRoot } from '../support/source-tree.ts';

/** Through Vite's module runner, since Node 20 does not read TypeScript. */
const program: PeerProgram = (module) => {
  const load = (name: string) => {
    const file = JSON.stringify(join(projectRoot, 'bench', `${name}.ts`));
    return `(await runnerImport(${file}, options)).module`;
  };
  return `
    const { runnerImport } = await import('vite');
    const options = { configFile: false, logLevel: 'error' };
    ${peerText(load(module), load('peer'))}`;
};

describe('a tiny backfill', () => {
  it('posts every order and receiving order once, beside a loop of the same exchanges', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlc-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

    const run = await runBackfill({
      ...{ folder, program, orders: 12, receivings: 2, profileFolder: null },
      progress: () => undefined,
    });

    expect(claimsOf(run).filter(({ holds }) => !holds)).toEqual([]);
    expect(run.synced.posted).toMatchObject({ salesOrder: 12, goodsReceipt: 2 });
    expect(run.floor.exchanges).toBe(run.floor.kept);
    // Logins are exchanges too, and no MI calls.
    const calls = run.traffic.shipbob.calls + run.traffic.infor.calls;
    expect(run.floor.exchanges).toBe(calls + 1);
    const oneBookDiffers = run.agreement.rows.map((row, index) =>
      index === 0 ? { ...row, agrees: 'no' as const } : row,
    );
    const judged = claimsOf({ ...run, agreement: { ...run.agreement, rows: oneBookDiffers } });
    expect(judged.filter(({ holds }) => !holds)).toHaveLength(1);
  });
});
