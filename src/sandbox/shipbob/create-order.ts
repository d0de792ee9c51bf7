import { fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { OrderType, Recipient } from './model.ts';
import type { OrderInput } from './seed.ts';
import type { ShipbobState } from './state.ts';

type Problems = Record<string, string[]>;

/** The body of `POST /order` (section 6.8), or the map of what is wrong with it. */
export function readOrder(
  state: ShipbobState,
  body: unknown,
  channelId: number,
): { order: OrderInput } | { problems: Problems } {
  const fields = fieldsOf(body);
  const problems: Problems = {};
  const referenceId = textOf(fields.reference_id);
  const type = orderType(fields.type);
  const shippingMethod = textOf(fields.shipping_method);
  const recipient = readRecipient(fields.recipient);
  const lines = listOf(fields.products).map((product) => readLine(state, product));
  if (!referenceId) problems.ReferenceId = ['The ReferenceId field is required.'];
  if (!type) problems.Type = ['The Type field is required.'];
  if (!shippingMethod) problems.ShippingMethod = ['The ShippingMethod field is required.'];
  if (!recipient) problems.Recipient = ['The Recipient needs a name and an address.'];
  const known = lines.filter((line) => line !== null);
  if (lines.length === 0 || known.length < lines.length) {
    problems.Products = ['Each product needs a quantity and an id, or a reference_id and a name.'];
  }
  if (!referenceId || !type || !shippingMethod || !recipient || problems.Products) {
    return { problems };
  }
  const locationId = numberOf(fields.location_id);
  const purchased = Date.parse(textOf(fields.purchase_date) ?? '');
  const everything = known.map((line, index) => ({ line: index, quantity: line.quantity }));
  return {
    order: {
      referenceId,
      orderNumber: textOf(fields.order_number) ?? referenceId,
      type,
      channelId,
      recipient,
      shippingMethod,
      lines: known,
      tags: readTags(fields.tags),
      ...(Number.isNaN(purchased) ? {} : { purchasedAtMs: purchased }),
      ...(locationId === null ? {} : { shipments: [{ centreId: locationId, lines: everything }] }),
    },
  };
}

function orderType(value: unknown): OrderType | null {
  return value === 'DTC' || value === 'DropShip' || value === 'B2B' ? value : null;
}

function readRecipient(value: unknown): Recipient | null {
  const fields = fieldsOf(value);
  const address = fieldsOf(fields.address);
  const name = textOf(fields.name);
  const address1 = textOf(address.address1);
  const city = textOf(address.city);
  const country = textOf(address.country);
  if (!name || !address1 || !city || !country) return null;
  return {
    name,
    email: textOf(fields.email),
    phone: textOf(fields.phone_number),
    address1,
    address2: textOf(address.address2),
    company: textOf(address.company_name),
    city,
    state: textOf(address.state),
    country,
    zip: textOf(address.zip_code),
  };
}

function readLine(state: ShipbobState, value: unknown): OrderInput['lines'][number] | null {
  const fields = fieldsOf(value);
  const quantity = numberOf(fields.quantity);
  if (quantity === null || quantity < 1) return null;
  const id = numberOf(fields.id);
  const product = id === null ? undefined : state.products.find((each) => each.id === id);
  const sku = product?.sku ?? textOf(fields.reference_id);
  if (!sku) return null;
  const name = textOf(fields.name);
  if (!state.productBySku.has(sku) && !name) return null;
  const price = numberOf(fields.unit_price);
  const externalLineId = numberOf(fields.external_line_id);
  return {
    sku,
    quantity,
    unitPriceCents: price === null ? null : Math.round(price * 100),
    ...(externalLineId === null ? {} : { externalLineId }),
    ...(name === null ? {} : { name }),
  };
}

function readTags(value: unknown): { name: string; value: string }[] {
  return listOf(value).flatMap((tag) => {
    const fields = fieldsOf(tag);
    const name = textOf(fields.name);
    return name ? [{ name, value: textOf(fields.value) ?? '' }] : [];
  });
}
