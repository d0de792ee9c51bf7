/** Both sides as a comparison of the books reads them. Part of the composition root. */
import type { InforBooks, InforLedger, ShipbobBooks, ShipbobSource } from '../app/ports.ts';
import { createInforBooks } from '../infor/m3/books/books.ts';
import { createMasterData } from '../infor/m3/master-data.ts';
import { createHttp } from '../runtime/http.ts';
import { systemRandom } from '../runtime/random.ts';
import { createShipbobBooks } from '../shipbob/books.ts';
import { createShipbobSource } from '../shipbob/client.ts';
import type { CommandContext } from './command-spec.ts';
import { inforClient, shipbobTokens } from './compose.ts';
import type { Workspace } from './compose-workspace.ts';

export interface OpenedBooks {
  infor: InforBooks;
  shipbob: ShipbobBooks;
  source: ShipbobSource;
  /** Infor's master data, by which goods are translated. */
  masterData: InforLedger['masterData'];
  /** Calls made so far. */
  calls(): { shipbob: number; infor: number };
  close(): void;
}

/** Reads over real connections, within the budget that all processes share; `close` ends them. */
export async function openBooks(
  context: CommandContext,
  workspace: Workspace,
): Promise<OpenedBooks> {
  const { config, clock, log, live } = workspace;
  const http = createHttp();
  const random = systemRandom();
  const signal = context.stop;
  const { client } = await inforClient({
    http,
    workspace,
    random,
    signal,
    memory: workspace.live.store,
  });
  const parts = {
    http,
    clock,
    random,
    log,
    signal,
    ...shipbobTokens(context, workspace, http),
    budget: live.store,
    settings: {
      ...config.shipbob,
      channels: config.shipbob.channels.length > 0 ? config.shipbob.channels : null,
    },
  };
  const source = createShipbobSource(parts);
  const shipbob = createShipbobBooks(parts);
  const master = createMasterData({
    client,
    clock,
    settings: { division: config.infor.division, aliasCategories: config.infor.aliasCategories },
  });
  return {
    masterData: (needs) => master(needs),
    infor: createInforBooks({ client, clock, log, settings: config.infor.m3 }),
    shipbob,
    source,
    calls: () => ({
      shipbob: sumOf(source.callCounts()) + sumOf(shipbob.callCounts()),
      infor: sumOf(client.callCounts()),
    }),
    close: () => http.close(),
  };
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
