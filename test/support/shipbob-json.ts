type Fields = Record<string, unknown>;

/**
 * One order as ShipBob writes it, with two shipments: a lot-tracked one that left, a bundle that
 * waits.
 */
export function orderJson(overrides: Fields = {}): Fields {
  return {
    id: 309589638,
    created_date: '2026-11-02T14:06:43.7807166+00:00',
    purchase_date: '2026-11-02T14:01:10+00:00',
    reference_id: 'SO-100045',
    order_number: '100045',
    status: 'PartiallyFulfilled',
    type: 'DTC',
    channel: { id: 432951, name: 'PAT Channel' },
    shipping_method: 'Standard',
    recipient: {
      name: 'Dana Reyes',
      email: 'dana@example.com',
      phone_number: '555-555-0142',
      address: {
        address1: '100 N Racine Ave',
        address2: 'Suite 100',
        company_name: null,
        city: 'Chicago',
        state: 'IL',
        country: 'US',
        zip_code: '60607',
      },
    },
    products: [
      {
        id: 40118822,
        reference_id: 'COFFEE-LIGHT',
        sku: 'COFFEE-LIGHT',
        quantity: 3,
        quantity_unit_of_measure_code: null,
        unit_price: 12.5,
        external_line_id: 10,
      },
      {
        id: 40118830,
        reference_id: 'GIFT-SET-2',
        sku: 'GIFT-SET-2',
        quantity: 1,
        unit_price: 39.0,
        external_line_id: 20,
      },
    ],
    tags: [{ name: 'New Customer', value: '0' }],
    shipments: [shippedJson(), waitingJson()],
    retailer_program_data: null,
    financials: { total_price: 76.5 },
    ...overrides,
  };
}

export function shippedJson(overrides: Fields = {}): Fields {
  return {
    id: 388185605,
    order_id: 309589638,
    created_date: '2026-11-02T14:06:44.1033333+00:00',
    last_update_at: '2026-11-03T18:22:05.5166667+00:00',
    last_tracking_update_at: '2026-11-03T23:10:00+00:00',
    status: 'Completed',
    location: { id: 8, name: 'Cicero (IL)' },
    products: [
      {
        id: 40118822,
        reference_id: 'COFFEE-LIGHT',
        sku: 'COFFEE-LIGHT',
        name: 'Light Roast Coffee',
        inventory_items: [
          {
            id: 8588331,
            name: 'Light Roast Coffee',
            quantity: 3,
            quantity_committed: 3,
            lot: 'LOT-2222',
            expiration_date: '2027-06-30T00:00:00+00:00',
            serial_numbers: [],
          },
        ],
      },
    ],
    tracking: {
      carrier: 'USPS',
      tracking_number: '9400150106151256666749',
      tracking_url: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=9400150106151256666749',
    },
    actual_fulfillment_date: '2026-11-03T18:20:41.122+00:00',
    delivery_date: null,
    ...overrides,
  };
}

export function waitingJson(overrides: Fields = {}): Fields {
  return {
    id: 388185606,
    order_id: 309589638,
    created_date: '2026-11-02T14:06:44.1033333+00:00',
    last_update_at: '2026-11-02T14:07:12.0433333+00:00',
    last_tracking_update_at: null,
    status: 'Exception',
    location: { id: 10, name: 'Moreno Valley (CA)' },
    products: [
      {
        id: 40118830,
        reference_id: 'GIFT-SET-2',
        sku: 'GIFT-SET-2',
        name: 'Gift Set (2)',
        inventory_items: [
          { id: 8588349, name: 'Mug', quantity: 1, lot: null, serial_numbers: ['M-1', 'M-2'] },
          { id: 8588348, name: 'Spoon', quantity: 2, lot: null, expiration_date: null },
        ],
      },
    ],
    tracking: null,
    actual_fulfillment_date: null,
    ...overrides,
  };
}

/** A receiving order as it was seen in a sandbox: received lags behind stowed, no history. */
export function receivingJson(overrides: Fields = {}): Fields {
  return {
    id: 443002,
    status: 'Processing',
    expected_arrival_date: '2025-03-11T14:15:22+00:00',
    insert_date: '2025-02-19T03:19:37.3484349+00:00',
    last_updated_date: '2025-02-19T03:19:39.4328299+00:00',
    box_labels_uri: '/2.0/receiving/443002/labels',
    fulfillment_center: { id: 10, name: 'Moreno Valley (CA)', timezone: 'Pacific Standard Time' },
    purchase_order_number: 'POTEST2',
    inventory_quantities: [
      {
        inventory_id: 8588331,
        sku: '100',
        expected_quantity: 100,
        received_quantity: 0,
        stowed_quantity: 50,
      },
    ],
    external_sync_timestamp: null,
    ...overrides,
  };
}

export function boxJson(overrides: Fields = {}): Fields {
  return {
    box_id: 1571189,
    box_number: 1,
    box_status: 'Stowing',
    arrived_date: '2025-02-19T00:23:05.85+00:00',
    tracking_number: 'XXX',
    box_items: [
      {
        quantity: 100,
        received_quantity: 100,
        stowed_quantity: 50,
        inventory_id: 8588331,
        lot_number: 'LOT-2222',
        lot_date: '2027-06-30T00:00:00+00:00',
      },
      { quantity: 40, received_quantity: 0, stowed_quantity: 0, inventory_id: 8588349 },
    ],
    ...overrides,
  };
}

export function chargeJson(overrides: Fields = {}): Fields {
  return {
    transaction_id: '01AN4Z07BY79KA1307SR9X4MV3',
    transaction_type: 'Charge',
    transaction_fee: 'Shipping',
    reference_id: '388185605',
    reference_type: 'Shipment',
    amount: 7.77,
    currency_code: 'USD',
    charge_date: '2026-11-03',
    invoiced_status: false,
    fulfillment_center: 'Cicero (IL)',
    ...overrides,
  };
}

/** The text of an order of which nothing matters but its id. */
export function orderText(id: number): string {
  return JSON.stringify(orderJson({ id, shipments: [] }));
}
