import type { DrillWorld } from './world.ts';

/**
 * More samples and consumers' orders that leave at once, replenishments, and orders that wait to be
 * shipped; so many of each. Answers the ids of the waiting ones.
 */
export function addOrders(world: DrillWorld, count: number): number[] {
  const { week, shipbobSandbox } = world.sandbox;
  const special = new Set(Object.values(week.story).flat().map(String));
  const plain = shipbobSandbox
    .books()
    .orders.find(
      ({ id, type, tags }) => type === 'DTC' && tags.length === 0 && !special.has(`${id}`),
    );
  const [sample] = week.story.sample;
  const [replenishment] = week.story.replenish;
  if (!plain || !sample || !replenishment) throw new Error('the week is too small');
  for (const like of [sample, plain.id]) {
    for (const { shipmentId } of copiesOf(world, like, { count, name: `OUT-${like}` })) {
      shipbobSandbox.world.apply({ kind: 'pickShipment', shipmentId });
      shipbobSandbox.world.apply({ kind: 'shipShipment', shipmentId });
    }
  }
  copiesOf(world, replenishment, { count, name: 'IN' });
  return copiesOf(world, plain.id, { count, name: 'WAIT' }).map(({ orderId }) => orderId);
}

function copiesOf(
  world: DrillWorld,
  like: number,
  request: { count: number; name: string },
): { orderId: number; shipmentId: number }[] {
  const { week, shipbobSandbox } = world.sandbox;
  const template = week.shipbob.events.flatMap(({ action }) =>
    action.kind === 'placeOrder' && action.order.id === like ? [action.order] : [],
  )[0];
  if (template === undefined) throw new Error(`the week has no order ${like}`);
  const { type, channelId, recipient, lines, tags = [] } = template;
  return Array.from({ length: request.count }, (_, index) => {
    const number = `${request.name}-${index + 1}-${shipbobSandbox.world.state.ordersByCreation.length}`;
    const placed = shipbobSandbox.world.placeOrder({
      referenceId: number,
      orderNumber: number,
      type,
      channelId,
      recipient,
      lines,
      tags,
    });
    const shipment = placed.shipments[0];
    if (shipment === undefined) throw new Error(`order ${number} has no shipment`);
    return { orderId: placed.id, shipmentId: shipment.id };
  });
}
