import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../src/core/glossary.ts';
import { planCase } from '../../src/core/plan.ts';
import { orderId } from '../../src/core/schema.ts';
import { parseExactJson } from '../../src/runtime/exact-json.ts';
import { readCharge } from '../../src/shipbob/charge-record.ts';
import { readOrder } from '../../src/shipbob/order-record.ts';
import { type RecordKindReader, readPage } from '../../src/shipbob/page-reader.ts';
import { readReceiving } from '../../src/shipbob/receiving-record.ts';
import { anInput } from '../support/builders-planning.ts';
import {
  broken,
  damage,
  damagedText,
  fuzzRuns,
  planOf,
  structuralDamage,
} from '../support/fuzz.ts';
import {
  damagedShipbob,
  idsOf,
  shipbobActs,
  shipbobWeek,
  weekWindow,
} from '../support/fuzz-shipbob.ts';
import { crashOf, settledOf } from '../support/fuzz-verdict.ts';
import { chargeJson, orderJson, receivingJson } from '../support/shipbob-json.ts';
import { collect } from '../support/shipbob-source.ts';

const orderReader: RecordKindReader<SourceRecord> = {
  kind: 'order',
  idField: 'id',
  read: readOrder,
};
const receivingReader: RecordKindReader<SourceRecord> = {
  kind: 'receiving',
  idField: 'id',
  read: readReceiving,
};
const chargeReader: RecordKindReader<SourceRecord> = {
  kind: 'charge',
  idField: 'transaction_id',
  read: readCharge,
};

const week = shipbobWeek();
/** One call is repeated for two minutes at the most; a page-numbered list has some forty here. */
const callsMax = 2_000;

describe('whatever ShipBob answers', () => {
  it.each(Object.entries(shipbobActs))(
    'reading %s ends with a result or a known Problem',
    async (_, act) => {
      await fc.assert(
        fc.asyncProperty(planOf(damage), async (plan) => {
          const test = damagedShipbob(week, plan);

          const settled = await settledOf(() => act(test, week));

          expect(crashOf(settled)).toBeNull();
          expect(test.answered.length).toBeLessThanOrEqual(callsMax);
        }),
        fuzzRuns(60),
      );
    },
  );

  it('every record that is believed can be planned', () => {
    const kinds = {
      order: { json: orderJson(), reader: orderReader },
      receiving: { json: receivingJson(), reader: receivingReader },
      charge: { json: chargeJson(), reader: chargeReader },
    };
    fc.assert(
      fc.property(
        fc.constantFrom('order', 'receiving', 'charge'),
        fc.array(structuralDamage, { minLength: 1, maxLength: 3 }),
        (kind, damages) => {
          const { json, reader } = kinds[kind];
          const row = parseExactJson(damages.reduce(damagedText, JSON.stringify(json)));
          const page = readPage<SourceRecord>(reader, {
            rows: row === null ? [] : [row.value],
            startedAtMs: 1,
            pagesLeft: 0,
          });

          for (const { record } of page.observations) planCase(anInput(record));
        },
      ),
      fuzzRuns(3_000),
    );
  });
});

describe('answers that are not whole', () => {
  it('cost no row of a sweep that comes to its end', async () => {
    const whole = damagedShipbob(week, [[]]);
    const all = idsOf(await collect(whole.source.orders('updated', weekWindow)));
    // Three pages at the least, or it says nothing about the way back over them.
    expect(all.size).toBeGreaterThan(10);
    await fc.assert(
      fc.asyncProperty(planOf(broken), async (plan) => {
        const test = damagedShipbob(week, plan);

        const settled = await settledOf(() => collect(test.source.orders('updated', weekWindow)));

        expect(crashOf(settled)).toBeNull();
        if ('value' in settled) expect(idsOf(settled.value)).toEqual(all);
      }),
      fuzzRuns(150),
    );
  });

  it('never make an order vanish: only ShipBob’s 404 does', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(damage), async (plan) => {
        const test = damagedShipbob(week, plan);

        const settled = await settledOf(() => test.source.order(orderId(week.orderIds[1] ?? '1')));

        if ('value' in settled && settled.value === null) {
          expect(test.answered.at(-1)?.status).toBe(404);
        }
      }),
      fuzzRuns(300),
    );
  });
});
