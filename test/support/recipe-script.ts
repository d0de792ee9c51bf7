import type { InforLedger, Log } from '../../src/app/ports.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import type { M3Settings } from '../../src/infor/m3/settings.ts';
import { type MiScript, miScript } from './mi-script.ts';
import { memoryJournal, quietLog, someSettings } from './recipe-target.ts';

/** The ledger over a scripted client. */
export function scriptedLedger(
  changes: Partial<M3Settings> = {},
  log: Log = quietLog,
): {
  ledger: InforLedger;
  script: MiScript;
  journal: ReturnType<typeof memoryJournal>;
} {
  const script = miScript();
  const ledger = createInforLedger({
    client: script.client,
    masterData: async () => [],
    probe: async () => {
      throw new Error('the probe is not part of these tests');
    },
    clock: { now: () => Date.UTC(2026, 10, 20, 12), sleep: async () => {} },
    log,
    settings: someSettings(changes),
  });
  return { ledger, script, journal: memoryJournal() };
}
