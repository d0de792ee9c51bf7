import type { BaselineLine, ReceivingRecord } from '../../core/glossary.ts';
import { isZero } from '../../core/quantity.ts';
import type { CommandContext } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { openWorkspace } from '../compose-workspace.ts';

/**
 * Reads what open receiving orders already have on the shelf. Booked by hand before the cut-over,
 * it must not be received again: only growth beyond the stored baseline becomes a goods receipt.
 */
export async function baseline(context: CommandContext, mode: 'show' | 'store'): Promise<number> {
  const workspace = await openWorkspace(context);
  const connected = await connect(context, workspace);
  try {
    const found: { record: ReceivingRecord; lines: BaselineLine[] }[] = [];
    for await (const page of connected.parts.shipbob.receivings({ select: 'open' })) {
      for (const { record } of page.observations) {
        const moved = record.lines.some(({ stowed }) => !isZero(stowed));
        const boxes = moved ? await connected.parts.shipbob.boxes(record.id) : [];
        found.push({ record, lines: linesOf({ ...record, boxes }) });
      }
    }
    if (mode === 'store') {
      for (const { record, lines } of found) {
        await workspace.store.saveBaseline(
          record.id,
          lines,
          context.global.actor,
          context.clock.now(),
        );
      }
    }
    print(context, found, mode);
    return 0;
  } finally {
    connected.close();
    await workspace.close();
  }
}

/**
 * Per lot where boxes know one, else per line. Zeros are stored as well: they say that this
 * receiving order was looked at and that all of it is still to come.
 */
function linesOf(record: ReceivingRecord): BaselineLine[] {
  const lots = (record.boxes ?? [])
    .flatMap(({ contents }) => contents)
    .filter(({ lot, stowed }) => lot !== null && !isZero(stowed));
  const inLots = new Set(lots.map(({ inventoryId }) => inventoryId));
  return [
    ...lots.map(({ inventoryId, lot, stowed }) => ({ inventoryId, lot, stowed })),
    ...record.lines
      .filter(({ inventoryId }) => !inLots.has(inventoryId))
      .map(({ inventoryId, stowed }) => ({ inventoryId, lot: null, stowed })),
  ];
}

function print(
  context: CommandContext,
  found: { record: ReceivingRecord; lines: BaselineLine[] }[],
  mode: 'show' | 'store',
): void {
  const { output } = context;
  if (output.format === 'json') {
    output.json({
      stored: mode === 'store',
      receivings: found.map(({ record, lines }) => ({
        id: record.id,
        purchaseOrder: record.purchaseOrderNumber,
        lines: lines.map((line) => ({ ...line })),
      })),
    });
    return;
  }
  output.table(
    [
      { title: 'receiving' },
      { title: 'purchase order' },
      { title: 'inventory' },
      { title: 'lot' },
      { title: 'stowed', align: 'right' },
    ],
    found.flatMap(({ record, lines }) =>
      lines.map(({ inventoryId, lot, stowed }) => [
        record.id,
        record.purchaseOrderNumber ?? '',
        inventoryId,
        lot ?? '',
        stowed,
      ]),
    ),
  );
  output.line(
    mode === 'store'
      ? `Stored for ${found.length} receiving orders: only growth beyond this is received.`
      : `${found.length} open receiving orders. Nothing was stored; add --yes to store it.`,
  );
}
