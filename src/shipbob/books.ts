/** ShipBob's shelves, read for a comparison of the books. */
import type { ShipbobBooks, StockEvent, StockLevel, TimeWindow } from '../app/ports.ts';
import { Problem } from '../core/problem.ts';
import { walkCursors } from './paging.ts';
import { utcText } from './query.ts';
import { isId, UnreadableField } from './schema.ts';
import { readEvents, readLevels } from './stock-record.ts';
import { createTransport, type Transport, type TransportParts } from './transport.ts';

const scope = 'inventory_read';
/** The most that the inventory endpoints give (reference: shipbob-api §4). */
const levelsPage = 250;
/** As far as the history goes back (reference: shipbob-api §8.2). */
const historyDays = 90;
const dayMs = 86_400_000;

/** Every call goes through the shared budget, as those of the source do. */
export function createShipbobBooks(
  parts: TransportParts,
): ShipbobBooks & { callCounts(): Record<string, number> } {
  const transport = createTransport(parts);
  return {
    levels: () => readAllLevels(transport),
    history: (request) => walkHistory(transport, { ...request, nowMs: parts.clock.now() }),
    callCounts: () => transport.counts(),
  };
}

async function readAllLevels(transport: Transport): Promise<StockLevel[]> {
  const template = '/inventory-level/locations';
  const pages = walkCursors(transport, {
    method: 'GET',
    template,
    scope,
    query: { PageSize: levelsPage },
    body: null,
    channel: null,
  });
  const levels = new Map<string, StockLevel>();
  for await (const page of pages) {
    for (const row of page.rows) {
      for (const level of understood(`GET ${template}`, () => readLevels(row))) {
        const key = `${level.centreId} ${level.inventoryId}`;
        // A list that changes while it is read may show a row twice.
        if (!levels.has(key)) levels.set(key, level);
      }
    }
  }
  return [...levels.values()];
}

async function* walkHistory(
  transport: Transport,
  request: { centreId: string; window: TimeWindow; nowMs: number },
): AsyncGenerator<StockEvent[]> {
  const { centreId, window, nowMs } = request;
  if (window.fromMs < nowMs - historyDays * dayMs) throw tooOld(window);
  if (!isId(centreId)) throw unreadable('the inventory history', `${centreId} is no centre's id.`);
  const template = '/inventory/history:query';
  const pages = walkCursors(transport, {
    method: 'POST',
    template,
    scope,
    query: {},
    body: JSON.stringify({
      facility_id: Number(centreId),
      start_date: utcText(window.fromMs),
      end_date: utcText(window.toMs),
    }),
    channel: null,
  });
  const seen = new Set<string>();
  for await (const page of pages) {
    const events = page.rows
      .flatMap((row) => understood(`POST ${template}`, () => readEvents(row, centreId)))
      .filter((event) => !seen.has(event.id) && isWithin(event, window));
    for (const { id } of events) seen.add(id);
    if (events.length > 0) yield events;
  }
}

/** Both ends are included on the wire; ours leaves the end out. */
function isWithin({ atMs }: StockEvent, window: TimeWindow): boolean {
  return atMs >= window.fromMs && atMs < window.toMs;
}

/** A row that cannot be understood would be a difference that nobody can explain. */
function understood<T>(call: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UnreadableField) throw unreadable(call, thrown.message);
    throw thrown;
  }
}

function unreadable(call: string, sentence: string): Problem {
  return new Problem({
    code: 'SHIPBOB_STOCK_UNREADABLE',
    kind: 'rejected',
    message: `A row of ${call} could not be understood. ${sentence}`,
    hint: 'Look at the inventory item in ShipBob, and report the field if it looks right there.',
    evidence: { call },
  });
}

function tooOld(window: TimeWindow): Problem {
  const from = utcText(window.fromMs).slice(0, 10);
  return new Problem({
    code: 'HISTORY_TOO_OLD',
    kind: 'rejected',
    message: `ShipBob's inventory history goes ${historyDays} days back, and ${from} lies before that.`,
    hint: 'Compare a later period, or without what is on hand.',
    evidence: { from },
  });
}
