import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../tools/browser/chromium.ts';
import { type Demo, startDemo } from '../../../tools/browser/demo.ts';
import { launch, type OpenedPage, openPage } from '../../../tools/browser/open-page.ts';

const chromium = findChromium();
if (chromium === undefined) console.warn('There is no Chromium on the PATH: the page is not tested in a browser.');

const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const VIEWS = ['feeds', 'events', 'ledger', 'lateness', 'quarantine', 'work', 'doctor', 'simulators'];

describe.runIf(chromium)('the page in a browser', () => {
  let demo: Demo;
  let browser: Browser;
  let opened: OpenedPage;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), launch(chromium ?? '')]);
    opened = await openPage(browser, demo.address);
    // Until there is something to see everywhere.
    await opened.page.locator('.feeds tbody tr').first().waitFor();
    await opened.page.locator('.feeds .chip', { hasText: 'caught up' }).first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  afterEach(() => {
    expect(opened.complaints.splice(0)).toEqual([]);
  });

  test('shows the feeds with their state, and draws throughput and lag', async () => {
    const { page, go } = opened;
    await go('feeds');

    expect(await page.locator('.feeds tbody th').count()).toBeGreaterThan(4);
    expect(await page.locator('.tiles').innerText()).toMatch(/of \d+ feeds/);
    await page.locator('.chart canvas').nth(1).waitFor();
    expect(await page.locator('.chart [role=img]').first().getAttribute('aria-label')).toMatch(/^Throughput, .* Now: /);
    // Something is drawn: the canvas is not of one colour.
    const colours = await page
      .locator('.chart canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
        return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 4).join())).size;
      });
    expect(colours).toBeGreaterThan(3);
  });

  test('opens a feed’s details, and keeps them open while the page goes on', async () => {
    const { page, go } = opened;
    await go('feeds');
    const row = page.locator('.open-row').first();
    await row.click();

    expect(await row.getAttribute('aria-expanded')).toBe('true');
    await page.locator('.feed-details', { hasText: 'Read up to' }).waitFor();
    expect(await violations(opened)).toEqual([]);
    const watched = page.locator('.feed-details dd').first();
    const before = await watched.innerText();
    await page.waitForFunction((text) => document.querySelector('.feed-details dd')?.textContent !== text, before);
    await row.click();
    await page.locator('.feed-details').waitFor({ state: 'detached' });
  });

  test('lists events, searches them, and shows one in each format', async () => {
    const { page, go } = opened;
    await go('events');
    await page.locator('.event-list button').nth(5).waitFor();

    const name = await page.locator('.event-list .what b').nth(3).innerText();
    await page.getByLabel('Search').fill(name);
    await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('.event-list .what b')].every(({ textContent }) => textContent?.includes(wanted)),
      name,
    );
    await page.locator('.event-list button').first().click();
    await page.locator('.form pre').nth(3).waitFor();
    expect(await page.locator('.form h3').allInnerTexts()).toEqual([
      expect.stringContaining('Raw'),
      expect.stringContaining('ECS'),
      expect.stringContaining('CEF'),
      expect.stringContaining('OCSF'),
    ]);
    expect(await page.locator('.form pre').nth(2).innerText()).toMatch(/^CEF:0\|/);
    expect(await violations(opened)).toEqual([]);
    await page.getByLabel('Search').fill('nobody is called so');
    await page.locator('.empty', { hasText: 'No event fits' }).waitFor();
  });

  test('shows hostile text of an event as text', async () => {
    const { page, go } = opened;
    const hostile = '<script>window.broken = 1</script><img src=x onerror="window.broken = 2">\u202eegnever\u0007';
    await plant(demo.folder, hostile);
    await go('events');
    await page.getByLabel('Search').fill('window.broken');
    await page.locator('.event-list button', { hasText: '<script>' }).first().click();
    await page.locator('.form pre', { hasText: '<script>' }).first().waitFor();

    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(await page.locator('main script, main img').count()).toBe(0);
    expect(await page.locator('.event-list .said').first().innerText()).toContain('onerror=');
    await page.getByLabel('Search').fill('');
  });

  test('shows the ledger as a map in which the arrow keys go from hour to hour', async () => {
    const { page, go } = opened;
    // The pointer would choose an hour, too.
    await page.mouse.move(0, 0);
    await go('ledger');
    const here = page.locator('td.hour[aria-selected=true]');
    await here.waitFor();
    await here.focus();
    const before = (await here.getAttribute('aria-label')) ?? '';
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');

    expect(before).toMatch(/^\d{4}-\d\d-\d\d \d\d:00, [\d,]+ events$/);
    const after = (await here.getAttribute('aria-label')) ?? '';
    expect(after).toMatch(/ 00:00, /);
    expect(after.slice(0, 10) < before.slice(0, 10)).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(after);
    expect(await page.locator('td[class*=heat-]').count()).toBeGreaterThan(10);
  });

  test('switches a fault of a simulator on, which the feeds feel, and ends it', async () => {
    const { page, go } = opened;
    await go('simulators');
    const fault = page.locator('.faults li').filter({ has: page.getByText('tokenExpired', { exact: true }) });
    await fault.getByRole('button', { name: 'Switch on tokenExpired' }).click();
    await page.locator('.faults li.on', { hasText: 'tokenExpired' }).waitFor();
    await go('feeds');
    await page.locator('.feeds .chip.bad').first().waitFor();
    await page.locator('.feeds .note .bad').first().waitFor();
    expect(await violations(opened)).toEqual([]);
    await go('simulators');
    await page.getByRole('button', { name: 'End tokenExpired' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.faults li.on').length === 0);
  });

  test('takes a fault with values, and says what is wrong with them', async () => {
    const { page, go } = opened;
    await go('simulators');
    const fault = page.locator('.faults form[aria-label=late]');
    await fault.getByLabel('share').fill('x');
    await fault.getByRole('button').click();
    expect(await fault.getByLabel('share').evaluate((input) => input.matches(':invalid'))).toBe(true);
    await fault.getByLabel('share').fill('0.5');
    await fault.getByRole('button').click();
    await page.locator('.faults li.on form[aria-label=late]').waitFor();
    expect(await fault.getByLabel('share').inputValue()).toBe('0.5');
    await page.getByRole('button', { name: 'End 1 fault' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.faults li.on').length === 0);
  });

  test('verifies, with progress and a result', async () => {
    const { page, go } = opened;
    await go('work');
    await page.getByRole('form', { name: 'New work' }).getByLabel('Range').selectOption('1h');
    await page.getByRole('button', { name: 'Verify', exact: true }).last().click();
    await page.locator('.work .chip.good', { hasText: 'done' }).waitFor();

    expect(await page.locator('.work .result').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/complete|nothing to compare/)]),
    );
    await page.locator('table .chip', { hasText: 'done' }).first().waitFor();
    expect(await violations(opened)).toEqual([]);
  });

  test('examines, and lists what is in order', async () => {
    const { page, go } = opened;
    await go('doctor');
    await page.getByRole('button', { name: 'Examine' }).click();
    await page.locator('main [role=status]', { hasText: /All is well|to mend/ }).waitFor();

    expect(await page.locator('.well .chip').allInnerTexts()).toEqual(expect.arrayContaining(['secret', 'clock']));
    expect(await violations(opened)).toEqual([]);
  });

  test('says what is wrong with a range', async () => {
    const { page, go } = opened;
    await go('work');
    await page.getByRole('button', { name: 'Backfill' }).click();
    await page.getByRole('form', { name: 'New work' }).getByLabel('Range').selectOption('range');
    await page.getByLabel('From (UTC)').fill('yesterday');
    await page.getByRole('button', { name: 'Start the backfill' }).click();

    expect(await page.locator('form .trouble').innerText()).toMatch(/yesterday.*2026-01-10/s);
    // The browser tells of an answer with an error, which is what was asked for.
    expect(opened.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  test('keeps the choice of dark or light', async () => {
    const { page, go } = opened;
    await go('feeds');
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.getByRole('switch', { name: 'Dark' }).click();
    const dark = await paper();
    await page.reload();
    await page.locator('h1').waitFor();

    expect(dark).not.toBe(light);
    expect(await paper()).toBe(dark);
    await page.getByRole('switch', { name: 'Dark' }).click();
    expect(await paper()).toBe(light);
  });

  test('can be used with the keyboard alone', async () => {
    const { page } = opened;
    await page.goto(new URL('.', demo.address).href);
    await page.locator('h1').waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Go to the content');
    await page.keyboard.press('Tab');
    expect(await focused()).toMatch(/^Feeds/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Events' }).waitFor();
    // The new view is told, and the next key begins there.
    expect(await focused()).toBe('Events');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
  });

  test.each(VIEWS)('%s has labels and contrast, light and dark, as the accessibility engine demands', async (view) => {
    const { page, go } = opened;
    await go(view);
    await page.locator('main').waitFor();
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name;
      }, theme);
      expect(await violations(opened), theme).toEqual([]);
    }
    await page.evaluate(() => delete document.documentElement.dataset.theme);
  });

  test('a planted violation is found by the engine', async () => {
    const { page } = opened;
    await page.evaluate(() => document.querySelector('main')?.append(document.createElement('input')));

    expect(await violations(opened)).toEqual([expect.stringMatching(/^label: <input/)]);
    await page.reload();
    await page.locator('h1').waitFor();
  });

  test.each(VIEWS)('%s fits into 360 pixels', async (view) => {
    const { page, go } = opened;
    await go(view);
    await page.setViewportSize({ width: 360, height: 740 });
    try {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    } finally {
      await page.setViewportSize({ width: 1_280, height: 800 });
    }
  });

  test('says when its program has ended', async () => {
    const other = await openPage(browser, await demo.openAnother());
    await other.page.locator('.feeds tbody tr').first().waitFor();
    await demo.closeAnother();

    await other.page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    expect(await other.page.locator('.pulse').innerText()).toBe('Not connected');
    expect(await other.page.locator('.feeds tbody tr').count()).toBeGreaterThan(4);
  });
});

/** Adds an event to what has been delivered, as a vendor might have sent it. */
async function plant(folder: string, message: string): Promise<void> {
  const lake = join(folder, '.tidemark', 'out', 'lake');
  const [source = ''] = await readdir(lake);
  const now = new Date().toISOString();
  const day = join(lake, source, `dt=${now.slice(0, 10)}`);
  await mkdir(day, { recursive: true });
  const event = {
    '@timestamp': now,
    message,
    user: { name: message },
    event: { id: 'planted', kind: 'event', action: message, original: JSON.stringify({ message }) },
    tidemark: { feed: message },
  };
  const stamp = now.slice(0, 19).replace(/[T:]/g, '-');
  await writeFile(join(day, `x-1-${stamp}-planted`), `${JSON.stringify(event)}\n`);
}

/** What the engine finds, each as one line. */
async function violations({ page }: OpenedPage): Promise<string[]> {
  // A policy of the page forbids scripts in its text; the browser's own door is open to tests.
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  )) as {
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}
