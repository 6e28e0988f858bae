import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A page in a browser, with all that went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console, and requests to anywhere else than the page's own server. */
  readonly complaints: string[];
  /** Shows a view. */
  go(view: string): Promise<void>;
}

/** In a container there is no user whom the browser's sandbox could protect from another. */
export async function launch(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options });
  const page = await context.newPage();
  // A busy machine may take long to start a program; a test has its own limit.
  page.setDefaultTimeout(100_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(address);
  await page.locator('h1').waitFor();
  return {
    page,
    complaints,
    async go(view) {
      const link = page.locator(`nav a[href="#${view.split(':', 1)[0]}"]`);
      // Without the number that may stand behind it.
      const title = ((await link.textContent()) ?? '').replace(/\d+$/, '').trim();
      await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
      await page.locator('h1', { hasText: title }).waitFor();
    },
  };
}
