import type { HttpAnswer } from '../../runtime/http-server.ts';
import { fieldsOf, numberOf, textOf } from './json.ts';
import type { Shipment } from './model.ts';
import { emptyReply, jsonReply, mapReply } from './reply.ts';
import type { Call, Route } from './route.ts';
import { stamp } from './wire.ts';

const MINUTE_MS = 60_000;
const DELAY_MINUTES_MAX = 2880;

/** What ShipBob's own sandbox offers for moving a shipment along (section 11). */
export const SIMULATION_ROUTES: Route[] = [
  { method: 'POST', path: '/simulate/shipment', scope: 'orders_write', answer: simulate },
  { method: 'GET', path: '/simulate/status/{simulationId}', scope: 'orders_read', answer: status },
];

interface Step {
  action: 'ShipOrder' | 'DeliverOrder';
  atMs: number;
}

/** The id holds the plan, so that its state can be read off the shipment later. */
function simulate(call: Call): HttpAnswer {
  const fields = fieldsOf(call.body);
  const shipmentId = Number(textOf(fields.shipment_id) ?? numberOf(fields.shipment_id) ?? 0);
  const shipment = call.state.shipments.get(shipmentId);
  if (!shipment) return mapReply(400, { ShipmentId: ['Shipment not found'] });
  const steps = readSteps(fields.simulation, call.state.nowMs);
  if (!steps) return mapReply(400, { Simulation: ['The simulation is not valid.'] });
  for (const { action, atMs } of steps) {
    const kind = action === 'ShipOrder' ? 'shipShipment' : 'deliverShipment';
    call.world.schedule({ atMs, action: { kind, shipmentId } });
  }
  const plan = JSON.stringify([shipmentId, steps.map(({ action, atMs }) => [action, atMs])]);
  return jsonReply({
    simulation_id: Buffer.from(plan).toString('base64url'),
    message: 'Simulation registered successfully',
  });
}

function readSteps(value: unknown, fromMs: number): Step[] | null {
  if (value === null || value === undefined) return [];
  const { action, delay, next } = fieldsOf(value);
  if (action !== 'ShipOrder' && action !== 'DeliverOrder') return null;
  const minutes = Math.min(Math.max(0, numberOf(delay) ?? 0), DELAY_MINUTES_MAX);
  const atMs = fromMs + minutes * MINUTE_MS;
  const rest = readSteps(next, atMs);
  return rest ? [{ action, atMs }, ...rest] : null;
}

function status(call: Call): HttpAnswer {
  const id = call.params.simulationId ?? '';
  const plan = readPlan(id);
  const shipment = plan ? call.state.shipments.get(plan.shipmentId) : undefined;
  if (!plan || !shipment) return emptyReply(404);
  const chain = plan.steps.reduceRight<Record<string, unknown> | null>(
    (next, { action, atMs }) => ({
      action,
      status: stepStatus(shipment, { action, atMs }, call.state.nowMs),
      message: '',
      schedule_time: stamp(atMs, 0),
      next,
    }),
    null,
  );
  return jsonReply({
    simulation_id: id,
    entity_id: String(shipment.id),
    entity_type: 'Order',
    simulation: chain,
  });
}

function stepStatus(shipment: Shipment, step: Step, nowMs: number): string {
  const done = step.action === 'ShipOrder' ? shipment.leftAtMs : shipment.deliveredAtMs;
  if (done !== null) return 'Success';
  return step.atMs > nowMs ? 'Pending' : 'Failed';
}

function readPlan(id: string): { shipmentId: number; steps: Step[] } | null {
  try {
    const plan: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
    if (!Array.isArray(plan) || !Array.isArray(plan[1])) return null;
    const steps = plan[1].flatMap((row: unknown): Step[] => {
      if (!Array.isArray(row)) return [];
      const [action, atMs]: unknown[] = row;
      if (action !== 'ShipOrder' && action !== 'DeliverOrder') return [];
      return typeof atMs === 'number' ? [{ action, atMs }] : [];
    });
    return { shipmentId: Number(plan[0]), steps };
  } catch {
    return null;
  }
}
