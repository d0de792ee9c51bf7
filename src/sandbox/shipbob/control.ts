import type { Clock } from '../../runtime/clock.ts';
import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { FaultPlan } from '../faults.ts';
import { readBooks } from './books.ts';
import { fieldsOf, numberOf, parseJson } from './json.ts';
import { readPlant } from './plant.ts';
import { jsonReply } from './reply.ts';
import { readActions, readFaults } from './schema.ts';
import type { ShipbobWorld } from './world.ts';

export interface ControlSettings {
  world: ShipbobWorld;
  faults: FaultPlan;
  clock: Clock & { advance?(durationMs: number): void };
  calls: ReadonlyMap<string, number>;
}

/**
 * The simulator's own calls, outside every version and without a token: read the books, move the
 * clock, plan faults, make something happen. Null for any other path.
 */
export function answerControl(request: HttpRequest, settings: ControlSettings): HttpAnswer | null {
  if (!request.path.startsWith('/__')) return null;
  try {
    return perform(request, settings);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return jsonReply({ error: message }, { status: 422 });
  }
}

function perform(request: HttpRequest, settings: ControlSettings): HttpAnswer {
  const { world, faults, clock } = settings;
  const body = parseJson(request.body);
  switch (`${request.method} ${request.path}`) {
    case 'GET /__books':
      world.settle();
      return jsonReply(readBooks(world.state, settings.calls));
    case 'POST /__clock': {
      if (!clock.advance)
        return jsonReply({ error: 'This clock cannot be moved' }, { status: 409 });
      clock.advance(numberOf(fieldsOf(body).advanceMs) ?? 0);
      world.settle();
      return jsonReply({ nowMs: world.state.nowMs });
    }
    case 'POST /__faults': {
      const plan = readFaults(body);
      if (plan.clear) faults.clear();
      for (const fault of plan.script) faults.script(fault);
      if (plan.rates) faults.setRates(plan.rates);
      return jsonReply({ counts: Object.fromEntries(faults.counts) });
    }
    case 'POST /__events': {
      const actions = readActions(body);
      for (const action of actions) world.apply(action);
      return jsonReply({ applied: actions.length });
    }
    case 'POST /__plant':
      return jsonReply(world.plant(readPlant(body)));
    default:
      return jsonReply({ error: 'Unknown control call' }, { status: 404 });
  }
}
