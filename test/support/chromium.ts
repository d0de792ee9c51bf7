/** A real browser for what only a browser can tell. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

export const chromiumPath = process.env.MLC_CHROMIUM ?? '/usr/bin/chromium';

const howToInstall =
  'Install it (Debian: apt-get install chromium) or name it in MLC_CHROMIUM. Without CI and MLC_REQUIRE_CHROMIUM these tests are skipped.';

/**
 * Whether tests with a browser run. Where they must (CI, MLC_REQUIRE_CHROMIUM) a missing browser is
 * an error and not a skip: a check that silently does not run is none.
 */
export function hasChromium(): boolean {
  if (existsSync(chromiumPath)) return true;
  const { CI, MLC_REQUIRE_CHROMIUM: required } = process.env;
  const message = `There is no Chromium at ${chromiumPath}. ${howToInstall}`;
  if ((CI !== undefined && CI !== '') || (required !== undefined && required !== '')) {
    throw new Error(message);
  }
  console.warn(`skipped: ${message}`);
  return false;
}

/** A browser with a profile of its own, which goes when it is closed. */
export async function openChromium(): Promise<{
  browser: BrowserContext;
  close(): Promise<void>;
}> {
  const profile = mkdtempSync(join(tmpdir(), 'mlc-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    viewport: { width: 1180, height: 1080 },
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
