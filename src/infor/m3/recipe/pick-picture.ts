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

/** Reads the deliveries of the wanted order lines, and what is on their pick lists. */
export async function readPicture(open: Wanted[], session: Session): Promise<Picture> {
  const lines = groupBy(
    open.flatMap((one) => one.lines.map((line) => ({ one, line }))),
    ({ line }) => orderLineKey(line),
  );
  const lists = await session.position(
    'prepare',
    'MWS411MI',
    lines.map(([, of]) => {
      const { order, row } = of[0]?.line ?? { order: '', row: null };
      const line = row?.orderLine ?? '';
      const suffix = row?.suffix ?? '';
      const isWanted = (found: Row) => isLine(found, { order, line, suffix });
      return {
        targets: [...new Set(of.map(({ one }) => one.target))],
        call: {
          transaction: 'LstDelLnByOrd',
          record: { RORC: customerOrderCategory, RIDN: order, RIDL: line, RIDX: suffix },
          columns: ['DLIX', 'RORC', 'RIDN', 'RIDL', 'RIDX', 'TRQT', 'PLQT'],
        },
        keyFields: ['RORC', 'RIDN', 'RIDL', 'RIDX'],
        isWanted,
        isPast: (found: Row) => !isWanted(found),
      };
    }),
  );
  const deliveries = new Map<string, string[]>();
  for (const [index, [key]] of lines.entries()) {
    const list = listed('MWS411MI/LstDelLnByOrd', lists[index], ['RIDN', 'RIDL', 'RIDX', 'DLIX']);
    const rows = list.state === 'rows' ? list.rows : [];
    deliveries.set(key, [...new Set(rows.map((row) => row.DLIX ?? ''))]);
  }
  return { deliveries, picks: await readPicks(open, deliveries, session) };
}

function isLine(row: Row, wanted: { order: string; line: string; suffix: string }): boolean {
  return (
    row.RIDN === wanted.order &&
    Number(row.RIDL) === Number(wanted.line) &&
    Number(row.RIDX) === Number(wanted.suffix)
  );
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
