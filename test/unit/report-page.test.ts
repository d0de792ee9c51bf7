import { describe, expect, it } from 'vitest';
import { bridgeTotals } from '../../src/cli/report/bridge.ts';
import { scaleOf } from '../../src/cli/report/chart.ts';
import { bookDays, differingDays } from '../../src/cli/report/chart-days.ts';
import { noExtras } from '../../src/cli/report/extras.ts';
import { escaped, markup } from '../../src/cli/report/markup.ts';
import { movedRows, worthOf, worthPerRecord, worthText } from '../../src/cli/report/money.ts';
import { grouped, groupedMoney, signed } from '../../src/cli/report/number.ts';
import { htmlReport } from '../../src/cli/report/page.ts';
import { parseAmount } from '../../src/core/money.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { OnHandRow } from '../../src/core/reconciliation.ts';
import {
  aFinding,
  aLargeReport,
  anAgreeingReport,
  aReport,
  sampleTraces,
} from '../support/builders-report.ts';

const extras = { version: '1.2.3', traces: sampleTraces() };

/** What a reader sees of the page, without its markup. */
function textOf(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

function section(html: string, id: string): string {
  return new RegExp(`<section id="${id}".*?</section>`, 's').exec(html)?.[0] ?? '';
}

describe('the page of a report', () => {
  it('opens with the verdict in words, the company and the moment', () => {
    const text = textOf(htmlReport(aReport(), extras));

    expect(text).toContain('The books differ');
    expect(text).toContain('Company 860, as of 2026-12-03 08:30 (America/Chicago)');
    expect(text.indexOf('The books differ')).toBeLessThan(text.indexOf('Key figures'));
  });

  it.each([
    ['agrees', 'The books agree'],
    ['differs', 'The books differ'],
    ['incomplete', 'Not everything was compared'],
  ] as const)('says of the verdict %s: %s, and nothing of the others', (verdict, words) => {
    const text = textOf(
      htmlReport(anAgreeingReport({ verdict, verdictSentence: 'So it is.' }), extras),
    );

    expect(text).toContain(words);
    for (const other of ['The books agree', 'The books differ', 'Not everything was compared']) {
      if (other !== words) expect(text).not.toContain(other);
    }
  });

  it('gives evidence in words, without braces and what is not known', () => {
    const row = { id: 'MOV/X/1', item: 'X', lot: null, reasonCode: 'CNT', quantity: '-2' };
    const evidence = { rows: [row, { ...row, id: 'MOV/X/2' }], stockIds: ['1', '2'] };
    const page = htmlReport(aReport({ findings: [aFinding({ evidence })] }), noExtras);

    expect(page).toContain(
      'ID MOV/X/1, item X, reason code CNT, quantity -2; ID MOV/X/2, item X, reason code CNT',
    );
    expect(page).toContain('<dd>1, 2</dd>');
  });

  it('shows every finding with its evidence, its numbers and its trace', () => {
    const report = aReport();
    const findings = section(htmlReport(report, extras), 'findings');

    for (const { sentence, hint, evidence } of report.findings) {
      expect(findings).toContain(escaped(sentence));
      expect(findings).toContain(escaped(hint));
      for (const value of Object.values(evidence)) {
        if (typeof value === 'string') expect(findings).toContain(escaped(value));
      }
    }
    expect(textOf(findings)).toContain('committing → posted: read back as delivery 40012');
    expect(textOf(findings)).toContain('11 more rows in the audit trail');
  });

  it('lets no text of the outside become markup', () => {
    const evil = '<script>alert(1)</script><img src=x onerror="a()">\'"&';
    const html = htmlReport(
      aReport({
        company: evil,
        actor: evil,
        verdictSentence: evil,
        findings: [
          aFinding({ sentence: evil, hint: evil, item: evil, evidence: { [evil]: evil } }),
        ],
        notCompared: [{ what: evil, why: evil, hint: evil }],
        onHand: { state: 'notCompared', why: evil },
        mappingChanges: [
          {
            kind: evil,
            source: evil,
            before: evil,
            after: evil,
            actor: evil,
            because: evil,
            atMs: 0,
          },
        ],
        flags: aReport().flags.map((flag) => ({ ...flag, code: evil, sentence: evil })),
        waiting: aReport().waiting.map((row) => ({ ...row, why: evil })),
      }),
      { version: evil, traces: new Map([[0, { lines: [{ atMs: 0, text: evil }], left: 0 }]]) },
    );

    expect(html).not.toMatch(/<script|<img/);
    expect(html).not.toContain('\'"&<');
    expect(html).toContain('&lt;script&gt;');
  });

  it('needs nothing from outside, and forbids itself to fetch anything', () => {
    const html = htmlReport(aReport(), extras);

    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link|@import|<iframe|src=|https?:\/\//);
    expect([...html.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target)).toEqual(['#hatch']);
  });

  it('says "not compared" of a bridge that was not, and counts nothing there', () => {
    const why = 'ShipBob keeps its history for 90 days.';
    const html = htmlReport(aReport({ onHand: { state: 'notCompared', why } }), extras);
    const bridge = textOf(section(html, 'on-hand'));

    expect(bridge).toContain('Not compared.');
    expect(bridge).toContain(why);
    expect(section(html, 'on-hand')).not.toContain('<table');
    expect(textOf(html)).toContain('not compared On hand');
    expect(textOf(html)).not.toContain('Units on hand unexplained');
  });

  it('shows the first 500 rows of a long table and says where the rest is', () => {
    const flags = section(htmlReport(aLargeReport(5000), extras), 'flags');

    expect(textOf(flags)).toContain('The first 500 of 5,000 rows; the workbook and the CSV files');
    expect([...flags.matchAll(/<tr>/g)]).toHaveLength(501);
  });

  it('leaves rows in which the books agree to the workbook', () => {
    const stock = textOf(section(htmlReport(aReport(), extras), 'stock'));

    expect(stock).toContain('Of 190 rows (item, warehouse, day) 6 differ.');
  });

  it('marks in the figures what is not as ShipBob says', () => {
    const figures = section(htmlReport(aReport(), extras), 'figures');
    const agreeing = section(htmlReport(anAgreeingReport(), extras), 'figures');

    expect([...figures.matchAll(/class="odd">([^<]*)</g)].map(([, value]) => value)).toEqual([
      '5,217',
      '6,092',
      '5,157',
      '5,157',
      '6,529',
      '6,527',
      '42',
      '9,456',
      '18,303.77',
      '18,303.77',
    ]);
    expect(agreeing).not.toContain('class="odd"');
  });

  it('says that nothing is open instead of showing empty tables', () => {
    const text = textOf(htmlReport(anAgreeingReport(), noExtras));

    expect(text).toContain('None: in all that was compared');
    expect(text).toContain('Nothing waits: all that happened stands in Infor.');
    expect(text).toContain('No question is open.');
  });

  it('gives the head of the audit trail, and says so when it does not verify', () => {
    const report = aReport();
    const broken = aReport({ audit: { ...report.audit, brokenAt: 4711 } });

    expect(htmlReport(report, extras)).toContain(`88412:${report.audit.head}`);
    expect(textOf(htmlReport(broken, extras))).toContain(
      'The audit trail does not verify from row 4,711 on.',
    );
    expect(textOf(htmlReport(broken, extras))).not.toContain('The audit trail was verified');
  });

  it('points each entry of its contents to a section that is there', () => {
    const html = htmlReport(aReport(), extras);
    const targets = [...html.matchAll(/<a href="#([a-z-]+)"/g)].map(([, id]) => id);

    expect(targets).toHaveLength(11);
    for (const id of targets) expect(html).toContain(`<section id="${id}"`);
  });

  it('names each chart and describes it in words', () => {
    const html = htmlReport(aReport(), extras);
    const charts = [...html.matchAll(/<svg .*?<\/svg>/gs)].map(([chart]) => chart);

    expect(charts).toHaveLength(4);
    for (const chart of charts) {
      expect(chart).toMatch(/role="img" aria-labelledby="\S+-title \S+-desc"/);
      expect(chart).toMatch(/<title id="\S+-title">.+<\/title>\n<desc id="\S+-desc">.+<\/desc>/);
    }
    expect(charts[0]).toContain('The books differ on 5 days: 2026-11-09, 2026-11-11, 2026-11-12');
  });

  it('is the same text for the same report', () => {
    expect(htmlReport(aReport(), extras)).toBe(htmlReport(aReport(), extras));
  });
});

describe('the bridge', () => {
  const row = (item: string, quantity: string): OnHandRow => ({
    item,
    warehouse: '110',
    sku: item,
    shipbob: parseQuantity(quantity),
    infor: parseQuantity('0'),
    difference: parseQuantity(quantity),
    parts: [
      { category: 'unexplained', detail: '', quantity: parseQuantity(quantity), ageDays: null },
    ],
  });

  it('does not let too many of one item make up for too few of another', () => {
    const { steps, difference } = bridgeTotals([row('A', '5'), row('B', '-5')]);
    const unexplained = steps.find(({ category }) => category === 'unexplained');

    expect(difference).toBe('0');
    expect(unexplained).toMatchObject({ items: 2, up: '5', down: '-5', net: '0' });
    const html = htmlReport(
      aReport({ onHand: { state: 'compared', atMs: 0, rows: [row('A', '5'), row('B', '-5')] } }),
      noExtras,
    );
    expect(textOf(html)).toContain('+5 and −5 Units on hand unexplained in 2 items');
  });

  it('leads from Infor to ShipBob, unit by unit', () => {
    const { onHand } = aReport();
    if (onHand.state !== 'compared') throw new Error('the sample has a bridge');
    const { infor, shipbob, steps } = bridgeTotals(onHand.rows);
    const sum = steps.reduce((total, { net }) => total + Number(net), Number(infor));

    expect(sum).toBe(Number(shipbob));
  });
});

describe('the days of a chart', () => {
  it('sum the kinds of one direction, and name the days on which the books differ', () => {
    const days = bookDays(aReport().days, ['goodsIssue', 'stockIssue']);

    expect(days).toHaveLength(30);
    expect(days[1]).toMatchObject({ day: '2026-11-02' });
    expect(differingDays(days).map(({ day }) => day.slice(8))).toEqual([
      '09',
      '11',
      '12',
      '24',
      '30',
    ]);
  });
});

describe('a scale', () => {
  it.each([
    [[0, 726], 0, 800],
    [[-301, 38], -400, 100],
    [[0, 0], 0, 1],
    [[7], 0, 8],
    [[1_048_576], 0, 1_500_000],
  ])('for %j reaches in round steps from %d to %d', (values, low, high) => {
    const { ticks, at } = scaleOf(values, 100);

    expect([ticks[0], ticks.at(-1)]).toEqual([low, high]);
    expect(at(low)).toBe(0);
    expect(at(high)).toBe(100);
    expect(ticks).toContain(0);
  });
});

describe('numbers on paper', () => {
  it.each([
    ['0', '0', '0.00', '0'],
    ['1234567.5', '1,234,567.5', '1,234,567.50', '+1,234,567.5'],
    ['-1000', '−1,000', '−1,000.00', '−1,000'],
    ['999', '999', '999.00', '+999'],
    ['0.1234567', '0.1234567', '0.1234567', '+0.1234567'],
  ])('write %s as %s, as money %s and as a change %s', (value, plain, money, change) => {
    expect([grouped(value), groupedMoney(value), signed(value)]).toEqual([plain, money, change]);
  });

  it('never add two currencies, and say how many values are not known', () => {
    const worth = worthOf([
      { amount: parseAmount('10.5'), currency: 'USD' },
      { amount: parseAmount('2'), currency: 'EUR' },
      { amount: parseAmount('1'), currency: 'USD' },
      { amount: null, currency: null },
    ]);

    expect(worthText(worth)).toBe('2.00 EUR + 11.50 USD, and 1 without a known value');
    expect(worthText(worthOf([{ amount: null, currency: null }]))).toBe('no value is known');
    expect(worthText(worthOf([{ amount: parseAmount('3'), currency: null }]))).toBe(
      '3.00 without currency',
    );
  });

  it('count the value of an order once, whatever is asked about it, and of goods when they move', () => {
    const [flag] = aReport().flags;
    const [row] = aReport().waiting;
    if (!flag || !row) throw new Error('the sample has both');
    const worth = (amount: string | null) => ({
      amount: amount === null ? null : parseAmount(amount),
    });
    const questions = [
      { ...flag, ...worth('5') },
      { ...flag, ...worth('9') },
      { ...flag, ...worth(null) },
      { ...flag, ...worth('1'), record: { kind: 'receiving', id: flag.record.id } as const },
    ];

    expect(worthText(worthOf(worthPerRecord(questions)))).toBe('10.00 USD');
    expect(movedRows([{ ...row, document: 'salesOrder' }, row])).toEqual([row]);
  });
});

describe('markup', () => {
  it('escapes what is put in, but for what is markup itself', () => {
    const inner = markup`<b>${'<'}</b>`;

    expect(markup`<p title="${'"'}">${inner}${['&', 1, null]}</p>`.markup).toBe(
      '<p title="&quot;"><b>&lt;</b>&amp;1</p>',
    );
  });

  it('takes out control characters and half letters', () => {
    expect(escaped('a\u0000b\u001b[31m\ud800')).toBe('a b [31m\ufffd');
  });
});
