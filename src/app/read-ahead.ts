/**
 * Reads ahead of whoever takes the pages, within bounds: while one is stored, the next are fetched.
 * Each sequence is read strictly one page after the other, because the order of a sweep's pages is
 * what loses no row (core/window.ts); only different sequences are read side by side. What is taken
 * comes in the order of the sequences, as if nothing were read ahead.
 */
export interface AheadBounds {
  /** Sequences read side by side. */
  sequencesMax: number;
  /** Pages of one sequence that may wait to be taken. */
  pagesMax: number;
}

/** A sequence that is being read: what waits to be taken, and how it ended. */
interface Reading<T> {
  waiting: T[];
  /** `failed` holds what it threw, which is thrown where it would have been without this. */
  end: { how: 'done' } | { how: 'failed'; thrown: unknown } | null;
  /** Resolves when there is more to take, or the end. */
  news: Promise<void>;
  taken(): void;
  stop(): Promise<void>;
}

export async function* readAhead<T>(
  sequences: Iterable<() => AsyncGenerator<T>>,
  bounds: AheadBounds,
): AsyncGenerator<T> {
  const left = sequences[Symbol.iterator]();
  const readings: Reading<T>[] = [];
  const begin = () => {
    while (readings.length < bounds.sequencesMax) {
      const next = left.next();
      if (next.done) return;
      readings.push(startReading(next.value(), bounds.pagesMax));
    }
  };
  try {
    begin();
    for (let first = readings[0]; first !== undefined; first = readings[0]) {
      const page = first.waiting.shift();
      if (page !== undefined) {
        first.taken();
        yield page;
      } else if (first.end === null) await first.news;
      else if (first.end.how === 'failed') throw first.end.thrown;
      else {
        readings.shift();
        begin();
      }
    }
  } finally {
    // A stop ends after the step in flight: the calls under way are heard to their end.
    await Promise.all(readings.map((reading) => reading.stop()));
  }
}

function startReading<T>(pages: AsyncGenerator<T>, pagesMax: number): Reading<T> {
  let tell = () => {};
  let room = () => {};
  let stopped = false;
  const reading: Reading<T> = {
    waiting: [],
    end: null,
    news: Promise.resolve(),
    taken: () => room(),
    async stop() {
      stopped = true;
      room();
      await ended;
    },
  };
  const renew = () => {
    tell();
    reading.news = new Promise((resolve) => {
      tell = resolve;
    });
  };
  renew();
  const read = async () => {
    for await (const page of pages) {
      if (stopped) return;
      reading.waiting.push(page);
      renew();
      while (reading.waiting.length >= pagesMax && !stopped) {
        await new Promise<void>((resolve) => {
          room = resolve;
        });
      }
      if (stopped) return;
    }
  };
  const ended = read().then(
    () => {
      reading.end = { how: 'done' };
      renew();
    },
    (thrown: unknown) => {
      reading.end = { how: 'failed', thrown };
      renew();
    },
  );
  return reading;
}
