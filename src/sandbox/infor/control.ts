import type { z } from 'zod';
import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { FaultPlan } from '../faults.ts';
import {
  changeBody,
  clockBody,
  customerBody,
  deleteBody,
  faultsBody,
  itemBody,
  plantBody,
  tenantBody,
  tokensBody,
} from './schema.ts';
import type { World } from './world.ts';

/** The pages beside M3: the books, and levers for tests and demonstrations. Loopback only. */
export function handleControl(
  world: World,
  faults: FaultPlan,
  request: HttpRequest,
): HttpAnswer | undefined {
  const { method, path } = request;
  if (method === 'GET' && path === '/__books') return page(200, world.books());
  if (method !== 'POST') return undefined;
  switch (path) {
    case '/__faults':
      return obey(request, faultsBody, (body) => {
        if (body.clear) faults.clear();
        if (body.rates) faults.setRates(body.rates);
        for (const fault of [body.script ?? []].flat()) faults.script(fault);
      });
    case '/__items':
      return obey(request, itemBody, (body) => world.addItem(body));
    case '/__customers':
      return obey(request, customerBody, (body) => world.setCustomer(body));
    case '/__change':
      return obey(request, changeBody, (body) => world.change(body));
    case '/__delete':
      return obey(request, deleteBody, (body) => world.deleteDocument(body));
    case '/__plant':
      return obey(request, plantBody, (body) => world.plant(body));
    case '/__clock':
      return obey(request, clockBody, (body) => world.advance(body.advanceMs));
    case '/__tenant':
      return obey(request, tenantBody, (body) => world.setTenant(body));
    case '/__tokens':
      return obey(request, tokensBody, (body) => {
        if (body.expireAll) world.tokens.expireAll();
        world.tokens.accountEnabled = body.accountEnabled ?? world.tokens.accountEnabled;
      });
    default:
      return undefined;
  }
}

function obey<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  act: (body: z.infer<Schema>) => unknown,
): HttpAnswer {
  try {
    const answer = act(schema.parse(JSON.parse(request.body)));
    return page(200, { done: true, ...(typeof answer === 'object' ? answer : {}) });
  } catch (problem) {
    return page(400, { error: problem instanceof Error ? problem.message : String(problem) });
  }
}

function page(status: number, body: unknown): HttpAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify(body) };
}
