import type { Random } from '../../src/app/ports.ts';
import type { Http, HttpCall } from '../../src/runtime/http.ts';
import { type FaultKind, faultKinds } from '../../src/sandbox/faults.ts';
import { chanceOf } from './simulation-chance.ts';
import { partsOf, type Story } from './simulation-story.ts';
import type { VirtualTime } from './simulation-time.ts';
import type { SimulationTrace } from './simulation-trace.ts';
import { createWire, type Deliver } from './simulation-wire.ts';
import type { SimulatedWorld } from './simulation-world.ts';

/** A fault that one exchange suffered. */
export interface FiredFault {
  exchange: string;
  kind: FaultKind;
  atMs: number;
}

/**
 * The exchanges of all processes of one story: gives each a name that says whose it is and which of
 * its kind, and lets the story's faults happen to those they are meant for.
 */
export interface Exchanges {
  /** The network as the process of this name sees it. */
  wireOf(process: string): Http;
  fired: FiredFault[];
  count(): number;
}

export function createExchanges(parts: {
  story: Story;
  world: SimulatedWorld;
  time: VirtualTime;
  deliver: Deliver;
  trace: SimulationTrace;
}): Exchanges {
  const { story, world, time, trace } = parts;
  const { seed } = story;
  const { shipbobSandbox, inforSandbox } = world.sandbox;
  const rates = new Map(partsOf(story, 'storm').map(({ fault, rate }) => [fault, rate]));
  const chosen = new Map(partsOf(story, 'fault').map(({ exchange, fault }) => [exchange, fault]));
  const fired: FiredFault[] = [];
  let current = '';
  let sent = 0;

  function choose(_call: string, able: readonly FaultKind[]): FaultKind | null {
    const kind = chosen.get(current) ?? drawn();
    if (kind === null || !able.includes(kind)) return null;
    fired.push({ exchange: current, kind, atMs: time.now() });
    return kind;
  }

  /** Every kind is drawn for in its turn, so that one fewer leaves the others as they are. */
  function drawn(): FaultKind | null {
    if (rates.size === 0) return null;
    const luck = chanceOf(seed, 'fault', current);
    let kind: FaultKind | null = null;
    for (const each of faultKinds) {
      const hit = luck.next() < (rates.get(each) ?? 0);
      if (hit) kind ??= each;
    }
    return kind;
  }

  for (const { faults } of [shipbobSandbox, inforSandbox]) faults.leaveTo(choose);

  function wireOf(process: string): Http {
    const counts = new Map<string, number>();
    const names = new WeakMap<HttpCall, string>();
    const nameOf = (call: HttpCall): string => {
      const known = names.get(call);
      if (known !== undefined) return known;
      const about = callName(call);
      const number = (counts.get(about) ?? 0) + 1;
      counts.set(about, number);
      const name = `${process}:${about}#${number}`;
      names.set(call, name);
      return name;
    };
    const deliver: Deliver = async (call) => {
      sent += 1;
      current = nameOf(call);
      world.inforLuck.turnTo(chanceOf(seed, 'infor', current));
      trace.note(current, `asks ${call.body ?? ''}`);
      const delivered = await parts.deliver(call);
      const { bare } = delivered;
      trace.note(current, bare.kind === 'answer' ? `${bare.status} ${bare.text}` : bare.reason);
      return delivered;
    };
    const luck = (call: HttpCall): Random => chanceOf(seed, 'leg', nameOf(call));
    const wire = createWire({ time, deliver, luck, slowest: story.habits.slowestLegMs });
    return {
      ...wire,
      send: (call) => wire.send({ ...call }),
    };
  }

  return { wireOf, fired, count: () => sent };
}

/** `OIS100MI/Confirm`, or method and path. */
function callName(call: HttpCall): string {
  const path = call.url.replace(/^\w+:\/\/[^/]+/, '').replace(/\?.*$/, '');
  const body = call.body ?? '';
  const program = /"program":"(\w+)"/.exec(body)?.[1];
  const transaction = /"transaction":"(\w+)"/.exec(body)?.[1];
  if (program !== undefined && transaction !== undefined) return `${program}/${transaction}`;
  return `${call.method} ${path}`;
}
