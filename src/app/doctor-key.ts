import type { Check } from './doctor.ts';
import { type Finding, fine, unchecked, warning } from './doctor-finding.ts';
import type { Machine } from './ports.ts';

/** The key that everything stored is sealed with. */
export interface KeyParts {
  /** Where it comes from, and its file when it has one; throws Problem without a usable one. */
  key(): Promise<{ source: string; file: string | null }>;
  /** Where a rotation leaves the new key until it is complete. */
  nextOf(file: string): string;
  machine: Machine;
}

export const keyName = 'key';

export function keyChecks(parts: KeyParts): Check[] {
  return [{ area: 'key', name: keyName, run: () => key(parts) }];
}

async function key({ key: load, nextOf, machine }: KeyParts): Promise<Finding[]> {
  const { source, file } = await load();
  if (file === null) return [fine(`from ${source}`)];
  const next = nextOf(file);
  if (machine.file(next) === null) return [fine(`${file}, for its owner alone`)];
  return [
    warning({
      what: `${next} lies beside the key`,
      means: 'a rotation of the keys was interrupted before it was complete',
      mend: 'Run mlc status, which completes it where it can; if the file stays, rotate the keys again: mlc credentials rotate-key',
    }),
  ];
}

/** Whether anybody is told when something needs a person. */
export function alertCheck(hasAddress: () => Promise<'yes' | 'no'>): Check {
  return {
    area: 'configuration',
    name: 'alerts',
    async run() {
      const found = await hasAddress().catch(() => null);
      if (found === null) return [unchecked('the vault cannot be opened')];
      if (found === 'yes') return [fine('an address for messages is stored')];
      return [
        warning({
          what: 'no address for messages is stored',
          means: 'nobody is told when something needs a person; mlc status and flags show it',
          mend: 'Store the address of your chat’s webhook: mlc credentials set alerts < url.txt',
        }),
      ];
    },
  };
}
