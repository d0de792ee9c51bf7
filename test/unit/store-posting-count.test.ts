import { describe, expect, it } from 'vitest';
import { examineDatabase } from '../../src/store/examination.ts';
import { planOf, writeInto } from '../support/store-explain.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const row = (key: string, kind: string, state: string) => `
  insert into posting (key, kind, state, record_kind, record_id, document_json, document_hash,
    dependency_posted, attempt, handed_to_commit, adopted, next_attempt_at_ms, failures,
    negative_lookups_json, created_at_ms, updated_at_ms, reference_json, posted_at_ms)
  values ('${key}', '${kind}', '${state}', 'order', '1', '{"kind":"${kind}"}', '', 1, 0, 0, 0, 0, 0,
    '[]', 0, 0, '{}', 0);`;

async function tally(statements: string) {
  const path = freshPath();
  const store = await openTestStore({ path });
  writeInto(path, statements);
  const counted = planOf(path).all(
    'select kind, state, count(*) as count from posting group by kind, state order by kind, state',
  );
  return { counted, told: (await store.status(0)).postings };
}

describe('the count of documents', () => {
  it.each([
    ['inserted finished', row('A', 'salesOrder', 'posted') + row('B', 'salesOrder', 'posted')],
    ['finishing', `${row('A', 'salesOrder', 'pending')} update posting set state = 'posted';`],
    [
      'withdrawn and wanted again as another kind',
      `${row('A', 'salesOrder', 'cancelled')}
      update posting set kind = 'purchaseOrder', document_json = '{"kind":"purchaseOrder"}';
      update posting set state = 'pending';
      update posting set state = 'cancelled';`,
    ],
    ['removed', `${row('A', 'salesOrder', 'posted')} delete from posting;`],
    ['open', row('A', 'salesOrder', 'flagged') + row('B', 'goodsIssue', 'pending')],
  ])('is that of the rows: %s', async (_, statements) => {
    const { counted, told } = await tally(statements);

    expect(told).toEqual(counted);
  });

  it.each([
    ['as it is', 'select 1', 0],
    ['changed', 'update posting_count set count = 7', 1],
    ['lost', 'delete from posting_count', 1],
    ['invented', "insert into posting_count values ('goodsIssue', 'posted', 1)", 1],
  ])('is held against the documents by doctor: %s', async (_, statement, wrong) => {
    const path = freshPath();
    await openTestStore({ path });
    writeInto(path, row('A', 'salesOrder', 'posted') + row('B', 'salesOrder', 'pending'));
    expect(examineDatabase(path, null).countsWrong).toBe(0);

    writeInto(path, statement);

    expect(examineDatabase(path, null).countsWrong).toBe(wrong);
  });
});
