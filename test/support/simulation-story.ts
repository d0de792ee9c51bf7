import type { FaultKind } from '../../src/sandbox/faults.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';
import type { ShipbobAction } from '../../src/sandbox/shipbob/seed.ts';
import type { InforChange } from './simulation-change.ts';
import type { ActName } from './simulation-people.ts';
import type { Death } from './simulation-process.ts';

/**
 * A story is all that happens in one simulated installation: what the merchant's two systems live
 * through, when the connector runs, what goes wrong and what people do. It is made of parts, each of
 * which may be left out without the others becoming different ones. Equal stories end equally.
 */
export interface Story {
  seed: number;
  habits: Habits;
  parts: Part[];
}

/** What does not come in parts: how this tenant and this network are. */
export interface Habits {
  tenant: TenantModes;
  /** How far behind ShipBob's copy is that may answer a read; 0 has none. */
  shipbobStaleMs: number;
  /** Orders, and receiving orders, on one page: small ones shift while they are turned. */
  shipbobPageSize: number;
  /** How long a slow answer of ShipBob takes. */
  shipbobSlowMs: number;
  /** The longest way of a request or an answer; most are far shorter. */
  slowestLegMs: number;
  /** Store calls of tasks side by side are put into an order by the seed. */
  mingled: boolean;
  /** Every run opens the database anew, as `mlc sync` does and `mlc schedule` does not. */
  ownConnections: boolean;
}

/** A name is unique in its story; what is before the `/` groups those that belong together. */
export type Part = { name: string; atMs: number } & (
  | { kind: 'event'; action: ShipbobAction }
  /** Somebody changes something in Infor. */
  | { kind: 'infor'; change: InforChange }
  /** Webhooks that are due are on their way. */
  | { kind: 'mail' }
  /**
   * `hints`: only what deliveries are about, as the receiver's process does. `replay`: the last days
   * once more. `link`: a clerk has entered an order by hand and says so.
   */
  | { kind: 'run'; work: 'all' | 'hints' | 'replay' | 'link' }
  /** The run of that name ends so. */
  | { kind: 'crash'; run: string; death: Death }
  /** Every call of both systems may suffer this, with this chance. */
  | { kind: 'storm'; fault: FaultKind; rate: number }
  /** The next calls of Infor whose name contains `match` suffer this; from the run of that name on. */
  | { kind: 'aimed'; run: string; match: string; fault: FaultKind; times: number }
  /** One exchange suffered this; made of a storm, once it is known what that did. */
  | { kind: 'fault'; exchange: string; fault: FaultKind }
  | { kind: 'act'; act: ActName }
);

export type PartOf<Kind extends Part['kind']> = Extract<Part, { kind: Kind }>;

export function partsOf<Kind extends Part['kind']>(story: Story, kind: Kind): PartOf<Kind>[] {
  return story.parts.filter((part): part is PartOf<Kind> => part.kind === kind);
}

/** The story with these parts alone. */
export function onlyParts(story: Story, parts: readonly Part[]): Story {
  return { ...story, parts: [...parts] };
}
