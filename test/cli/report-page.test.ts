/**
 * The page of a close pack in a real browser, from a file, as a controller opens it. With
 * MLC_SCREENSHOTS=docs/images it also draws the pictures of docs/close-the-month.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/cli/report/page.ts';
import type { ReconciliationReport } from '../../src/core/reconciliation.ts';
import { aFinding, aLargeReport, aReport, sampleTraces } from '../support/builders-report.ts';
import { hasChromium, openChromium } from '../support/chromium.ts';

/** Where pictures for the documentation go; empty for none. */
const screenshots = process.env.MLC_SCREENSHOTS ?? '';
const extras = { version: '0.1.0', traces: sampleTraces() };

describe.skipIf(!hasChromium())('the page of a close pack, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-page-'));
  let browser: BrowserContext;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ browser, close } = await openChromium());
  });
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened {
    page: Page;
    /** What the console and the page's own errors said. */
    complaints: string[];
    requests: string[];
    address: string;
  }

  async function open(report: ReconciliationReport): Promise<Opened> {
    const path = join(folder, 'report.html');
    writeFileSync(path, htmlReport(report, extras));
    const page = await browser.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => requests.push(request.url()));
    const address = pathToFileURL(path).href;
    await page.goto(address, { waitUntil: 'networkidle' });
    return { page, complaints, requests, address };
  }

  it('opens without a word in the console, and asks for nothing but itself', async () => {
    const { page, complaints, requests, address } = await open(aReport());

    expect(complaints).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  it('shows the verdict, the charts and every finding', async () => {
    const { page } = await open(aReport());

    expect(await page.getByRole('status').innerText()).toContain('The books differ');
    expect(await page.getByRole('status').isVisible()).toBe(true);
    expect(await page.title()).toBe('Books of November 2026, company 860: the books differ');
    const charts = page.getByRole('img');
    expect(await charts.count()).toBe(4);
    for (const chart of await charts.all()) {
      const box = await chart.boundingBox();
      expect(box?.width).toBeGreaterThan(600);
      expect(box?.height).toBeGreaterThan(80);
    }
    expect(await page.locator('article.finding').count()).toBe(aReport().findings.length);
    await page.close();
  });

  it('fits its column: nothing sticks out at the side', async () => {
    const { page } = await open(aReport());
    const wider = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );

    expect(wider).toBe(0);
    await page.close();
  });

  it('breaks a word of any length, wherever it stands', async () => {
    const word = 'W'.repeat(10_000);
    const finding = aFinding({
      sentence: word,
      item: word,
      hint: word,
      evidence: { [word]: word },
    });
    const { page } = await open(aReport({ findings: [finding], company: word, actor: word }));
    const wider = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );

    expect(wider).toBe(0);
    await page.close();
  });

  it('shows every column, on a screen and on paper', async () => {
    const { page } = await open(aReport());
    const cutOff =
      "[...document.querySelectorAll('.wide')].filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.innerText.slice(0, 200))";
    expect(await page.evaluate(cutOff)).toEqual([]);
    await page.emulateMedia({ media: 'print' });
    // A4 without its margins, at 96 dots an inch.
    await page.setViewportSize({ width: Math.floor(((210 - 28) / 25.4) * 96), height: 1000 });
    expect(await page.evaluate(cutOff)).toEqual([]);
    await page.close();
  });

  it('draws its colours: the styles are not blocked by its own rules', async () => {
    const { page } = await open(aReport());
    const colour = await page.evaluate(
      "getComputedStyle(document.querySelector('.chart rect.shipbob')).fill",
    );

    expect(colour).toBe('rgb(29, 53, 87)');
    await page.close();
  });

  it('runs nothing that a text from outside brings, and fetches nothing', async () => {
    const sentence = '<img src="http://127.0.0.1:9/x.png" onerror="document.title=\'owned\'">';
    const { page, complaints, requests, address } = await open(
      aReport({ findings: [aFinding({ sentence })], company: '</title><script>1</script>' }),
    );

    expect(await page.locator('article.finding h3').innerText()).toContain(sentence);
    expect(requests).toEqual([address]);
    expect(complaints).toEqual([]);
    expect(await page.title()).not.toBe('owned');
    await page.close();
  });

  it('prints on A4, also with more rows than any page can show', async () => {
    const { page } = await open(aLargeReport(5000));
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const sizes = [...pdf.toString('latin1').matchAll(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/g)];

    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes.length).toBeLessThan(60);
    for (const [, width, height] of sizes) {
      expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
    }
    await page.close();
  });

  it.runIf(screenshots !== '')('is drawn for the documentation', async () => {
    const { page } = await open(aReport());
    const clip = { x: 0, y: 0, width: 1180, height: 1080 };
    await page.screenshot({ path: join(screenshots, 'close-report.png'), clip });
    await page.locator('#movements').screenshot({ path: join(screenshots, 'close-movements.png') });
    await page.locator('#on-hand svg').screenshot({ path: join(screenshots, 'close-on-hand.png') });
    await page.close();
  });
});
