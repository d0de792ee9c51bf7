import { listed } from './answer.ts';
import { orderLineKey, type Pick, type Picks, type Wanted } from './pick-match.ts';
import { groupBy } from './record.ts';
import type { Row, Session } from './session.ts';

/** RORC of a customer order (reference: infor-api §4.3). */
const customerOrderCategory = '3';

/** What M3 shows of deliveries and pick lists of the wanted order lines. */
export interface Picture {
  deliveries: Map<string, string[]>;
  picks: Picks;
}

/** Delivery lines of one order as a rule, at most. */
const deliveryLinesExpected = 9;

/** Reads the deliveries of the wanted order lines, and what is on their pick lists. */
export async function readPicture(open: Wanted[], session: Session): Promise<Picture> {
  const orders = groupBy(open, ({ order }) => order);
  const lists = await session.position(
    'prepare',
    'MWS411MI',
    orders.map(([order, of]) => {
      const isWanted = (row: Row) => row.RIDN === order;
      return {
        targets: of.map(({ target }) => target),
        call: {
          transaction: 'LstDelLnByOrd',
          record: { RORC: customerOrderCategory, RIDN: order },
          columns: ['DLIX', 'RORC', 'RIDN', 'RIDL', 'RIDX', 'TRQT', 'PLQT'],
        },
        keyFields: ['RORC', 'RIDN', 'RIDL', 'RIDX'],
        rowsExpected: deliveryLinesExpected,
        isWanted,
        isPast: (row: Row) => !isWanted(row),
      };
    }),
  );
  const byLine = new Map<string, Set<string>>();
  for (const [index, [order]] of orders.entries()) {
    const list = listed('MWS411MI/LstDelLnByOrd', lists[index], ['RIDN', 'RIDL', 'RIDX', 'DLIX']);
    for (const row of list.state === 'rows' ? list.rows : []) {
      const key = `${order}/${Number(row.RIDL)}/${Number(row.RIDX)}`;
      const known = byLine.get(key) ?? new Set();
      byLine.set(key, known.add(row.DLIX ?? ''));
    }
  }
  const deliveries = new Map(
    open.flatMap(({ lines }) =>
      lines.map((line): [string, string[]] => {
        const key = orderLineKey(line);
        return [key, [...(byLine.get(key) ?? [])]];
      }),
    ),
  );
  return { deliveries, picks: await readPicks(open, deliveries, session) };
}

/** A pick list that could not be read shows nothing to report, so its issue waits. */
async function readPicks(
  open: Wanted[],
  deliveries: Map<string, string[]>,
  session: Session,
): Promise<Picks> {
  const asked = groupBy(
    open.flatMap((one) =>
      one.lines.flatMap((line) =>
        (deliveries.get(orderLineKey(line)) ?? []).map((delivery) => ({ one, delivery })),
      ),
    ),
    ({ delivery }) => delivery,
  );
  const results = await session.read(
    'prepare',
    'MWS422MI',
    asked.map(([delivery, of]) => ({
      targets: [...new Set(of.map(({ one }) => one.target))],
      call: {
        transaction: 'LstPickDetail',
        record: { DLIX: delivery },
        columns: ['PLRN', 'RIDI', 'PLSX', 'WHSL', 'BANO', 'ALQT', 'RIDN', 'RIDL', 'RIDX', 'STAT'],
      },
    })),
  );
  const picks: Picks = new Map();
  for (const [index, [delivery]] of asked.entries()) {
    const list = listed('MWS422MI/LstPickDetail', results[index], ['DLIX']);
    if (list.state === 'unclear') continue;
    for (const row of list.rows) {
      if (Number(row.RIDI) !== Number(delivery)) continue;
      const key = `${row.RIDN ?? ''}/${Number(row.RIDL)}/${Number(row.RIDX)}`;
      picks.set(key, [...(picks.get(key) ?? []), pickOf(row)]);
    }
  }
  return picks;
}

function pickOf(row: Row): Pick {
  return {
    reportingNumber: row.PLRN ?? '',
    delivery: row.RIDI ?? '',
    pickList: row.PLSX ?? '',
    location: row.WHSL ?? '',
    lot: row.BANO ?? '',
    quantity: row.ALQT ?? '0',
  };
}
