import { describe, expect, it } from 'vitest';
import { readAhead } from '../../src/app/read-ahead.ts';

const bounds = { sequencesMax: 2, pagesMax: 2 };

function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const next = (left: number) => (left === 0 ? resolve() : setImmediate(() => next(left - 1)));
    next(count);
  });
}

/** Sequences of pages, and a list of what was asked of them and when each had ended. */
function sequences(lengths: number[], failing: string | null = null) {
  const asked: string[] = [];
  const underWay = new Map<number, number>();
  let mostOfOne = 0;
  const makers = lengths.map((length, sequence) => {
    return async function* pages(): AsyncGenerator<string> {
      try {
        for (let page = 1; page <= length; page += 1) {
          const name = `${sequence + 1}.${page}`;
          asked.push(name);
          underWay.set(sequence, (underWay.get(sequence) ?? 0) + 1);
          mostOfOne = Math.max(mostOfOne, underWay.get(sequence) ?? 0);
          await turns(3);
          underWay.set(sequence, (underWay.get(sequence) ?? 0) - 1);
          if (name === failing) throw new Error(`no ${name}`);
          yield name;
        }
      } finally {
        asked.push(`end of ${sequence + 1}`);
      }
    };
  });
  return { makers, asked, mostOfOne: () => mostOfOne };
}

async function take(pages: AsyncGenerator<string>, stopAfter = Number.POSITIVE_INFINITY) {
  const taken: string[] = [];
  for await (const page of pages) {
    taken.push(page);
    await turns(10);
    if (taken.length >= stopAfter) break;
  }
  return taken;
}

describe('reading ahead', () => {
  it('gives every page, in the order of the sequences', async () => {
    const { makers } = sequences([2, 0, 3, 1]);

    expect(await take(readAhead(makers, bounds))).toEqual([
      '1.1',
      '1.2',
      '3.1',
      '3.2',
      '3.3',
      '4.1',
    ]);
  });

  it('asks for the next page while one is worked on, and for no more than may wait', async () => {
    const { makers, asked } = sequences([9, 9, 9]);
    const pages = readAhead(makers, bounds);

    await pages.next();
    await turns(50);

    expect(asked).toEqual(['1.1', '2.1', '1.2', '2.2', '1.3']);
    await pages.return(undefined);
  });

  it('never asks one sequence for two pages at once', async () => {
    const { makers, mostOfOne } = sequences([5, 5, 5]);

    await take(readAhead(makers, bounds));

    expect(mostOfOne()).toBe(1);
  });

  it('throws where the failing page would have stood, after all before it', async () => {
    const { makers } = sequences([2, 3], '2.2');
    const taken: string[] = [];

    const all = async () => {
      for await (const page of readAhead(makers, bounds)) taken.push(page);
    };

    await expect(all()).rejects.toThrow('no 2.2');
    expect(taken).toEqual(['1.1', '1.2', '2.1']);
  });

  it('hears what is under way to its end when it is left early', async () => {
    const { makers, asked } = sequences([9, 9, 9]);

    const taken = await take(readAhead(makers, bounds), 1);

    expect(taken).toEqual(['1.1']);
    expect(asked.filter((name) => name.startsWith('end'))).toEqual(['end of 1', 'end of 2']);
    const before = asked.length;
    await turns(20);
    expect(asked).toHaveLength(before);
  });
});
