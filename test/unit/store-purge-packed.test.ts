/** What a purge promises of requests and answers that were packed before it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planOf } from '../support/store-explain.ts';
import { secret, worked } from '../support/worked-store.ts';

const later = 1_760_000_000_000 + 3_600_000;

/** The file and its log, as whoever gets hold of the disk reads them. */
function bytesOf(path: string): Buffer {
  return Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
}

describe('the file of a database', () => {
  it('holds no loose text of what was packed', async () => {
    const { store, path, fence } = await worked();
    await store.tidyFile('log');
    expect(bytesOf(path).includes(`{"request":{"name":"${secret}"}}`)).toBe(true);

    await store.packHistory(fence, later);
    await store.tidyFile('log');

    expect(bytesOf(path).includes(`{"request":{"name":"${secret}"}}`)).toBe(false);
  });

  it('holds no pack of an order that was purged, as soon as its log is folded back', async () => {
    const { store, path, fence } = await worked();
    await store.packHistory(fence, later);
    await store.tidyFile('log');
    const packed = planOf(path).all('select packed from audit_pack')[0]?.packed;
    if (!Buffer.isBuffer(packed)) throw new Error('there is a pack');
    expect(bytesOf(path).includes(packed)).toBe(true);

    const request = { record: { kind: 'order', id: '1' }, beforeMs: 0, nowMs: later } as const;
    await store.purgeBatch({ ...request, actor: 'ann', fence: null }, null);
    await store.tidyFile('log');

    expect(bytesOf(path).includes(packed.subarray(8, 40))).toBe(false);
    expect(bytesOf(path).includes(secret)).toBe(false);
  });
});
