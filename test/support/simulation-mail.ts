import Database from 'better-sqlite3';
import { chanceOf } from './simulation-chance.ts';
import type { Courier } from './simulation-courier.ts';
import type { Installation, StoreRack } from './simulation-engine.ts';
import { partsOf, type Story } from './simulation-story.ts';
import type { VirtualTime } from './simulation-time.ts';

/** The receiver of one story, which takes deliveries in whatever the runs beside it do. */
export interface MailRoom {
  /** Takes in what each ride of the story brings, in its time. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Rides so far. */
  rides(): number;
  /** What must not be: deliveries that were promised and are lost, and forged ones that are kept. */
  complaints(): string[];
}

export function createMailRoom(parts: {
  story: Story;
  place: Installation;
  rack: StoreRack;
  time: VirtualTime;
  courier: Courier;
  note: (event: string) => void;
}): MailRoom {
  const { story, place, rack, time, courier } = parts;
  const mail = partsOf(story, 'mail');
  const closing = new AbortController();
  let work = Promise.resolve();
  let rides = 0;
  let found: string[] = [];

  async function takeIn(): Promise<void> {
    const { shipbobSandbox } = place.sandbox;
    courier.subscribe(shipbobSandbox);
    for (const { name, atMs } of mail) {
      if (time.now() < atMs) await time.sleep(atMs - time.now(), closing.signal);
      if (closing.signal.aborted) return;
      const store = await rack.take();
      const luck = chanceOf(story.seed, 'ride', name);
      await courier.ride(shipbobSandbox, store, luck).finally(() => rack.give(store));
      rides += 1;
      parts.note(`${name} ${JSON.stringify(courier.outcomes)}`);
    }
  }

  return {
    async open() {
      if (mail.length === 0) return;
      work = takeIn().catch((thrown) => {
        if (!closing.signal.aborted) throw thrown;
      });
    },
    async close() {
      closing.abort();
      await work;
      // Not later: what is finished is forgotten after a month.
      if (rides > 0) found = complaintsIn(place.config.database, courier);
    },
    rides: () => rides,
    complaints: () => found,
  };
}

function complaintsIn(path: string, courier: Courier): string[] {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database.prepare<[], { webhook_id: string }>('select webhook_id from inbox').all();
    const kept = new Set(rows.map(({ webhook_id }) => webhook_id));
    const forged = [...kept].filter((id) => id.startsWith('forged_'));
    const lost = [...courier.promised].filter((id) => !kept.has(id));
    return [
      ...forged.map((id) => `the forged delivery ${id} was taken in`),
      ...lost.map((id) => `delivery ${id} was answered 2xx and is gone`),
    ];
  } finally {
    database.close();
  }
}
