import type { RawBuilder } from 'kysely';
import { describe, expect, it } from 'vitest';
import { everyOpenQuestion } from '../../src/app/flagged.ts';
import { expiredQuery } from '../../src/store/flag-ignore.ts';
import { idsQuery } from '../../src/store/flag-queue.ts';
import { replaceableQuery } from '../../src/store/person.ts';
import { hitQuery } from '../../src/store/trace-find.ts';
import { planOf } from '../support/store-explain.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const queries: [string, RawBuilder<unknown>][] = [
  ['finding what a number belongs to', hitQuery('0012345')],
  ['marking what other settings may plan otherwise', replaceableQuery()],
  ['marking questions whose time to be ignored is over', expiredQuery(0)],
  ['the open flags of a filter', idsQuery(everyOpenQuestion, 0)],
];

describe('a question that is asked with a year of records in the database', () => {
  it.each(queries)('walks no table of them: %s', async (_, query) => {
    const path = freshPath();
    await openTestStore({ path });

    const explained = planOf(path).explain(query);

    // What waits for a journal is a table of its own, and small.
    const walks = explained.split('\n').filter((step) => /^SCAN (?!json_each|hit$|\()/.test(step));
    const partial =
      /USING (COVERING )?INDEX (flag_posting|flag_code|flag_cause|journal_entry_loose)/;
    expect(walks.filter((step) => !partial.test(step))).toEqual([]);
  });
});
