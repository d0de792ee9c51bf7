import type { OrderRecord } from '../core/glossary.ts';
import { readOrder } from './order-record.ts';
import type { RecordKindReader } from './page-reader.ts';
import { isObject, nameOf, UnreadableField } from './schema.ts';

export interface OrderIntake {
  /** Value of `shipbob_channel_id`, which narrows a read to one channel; null reads all. */
  channelHeader: string | null;
  reader: RecordKindReader<OrderRecord>;
  /** Rows that are, or may be, of the selected channels. */
  select(rows: readonly unknown[]): readonly unknown[];
}

/**
 * Which orders are taken in. One channel is left to ShipBob's header; several are read in one sweep
 * without it and picked out here, because a sweep per channel would cost as many more calls. An
 * order that names no channel then cannot be judged, and is reported rather than taken or dropped.
 */
export function orderIntake(channels: readonly string[] | null): OrderIntake {
  const wanted = channels && channels.length > 0 ? new Set(channels) : null;
  const [only = null] = wanted?.size === 1 ? [...wanted] : [];
  return {
    channelHeader: only,
    reader: {
      kind: 'order',
      idField: 'id',
      read(row) {
        const order = readOrder(row);
        if (wanted && only === null && order.channel === null) {
          throw new UnreadableField('Field channel is missing, and only some channels are read.');
        }
        return order;
      },
    },
    select(rows) {
      if (!wanted) return rows;
      return rows.filter((row) => {
        const channel = channelOf(row);
        return channel === null || wanted.has(channel);
      });
    },
  };
}

function channelOf(row: unknown): string | null {
  return isObject(row) ? nameOf(row.channel, 'id') : null;
}
