import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../browser/chromium.ts';
import { catchUp, startDemo } from '../browser/demo.ts';
import { launch, type OpenedPage, openPage } from '../browser/open-page.ts';
import { shrinkPng } from './shrink-png.ts';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
/** Larger pictures would make every clone of the project slow. */
const MAX_BYTES = 150_000;
const MINUTES = 5;

const VIEWS: readonly { readonly name: string; prepare?(opened: OpenedPage): Promise<void> }[] = [
  { name: 'feeds' },
  {
    name: 'events',
    async prepare({ page }) {
      await page.locator('.event-list button').nth(2).click();
      await page.locator('.form pre').nth(3).waitFor();
    },
  },
  { name: 'ledger' },
  { name: 'lateness' },
  { name: 'simulators' },
];

/**
 * Makes the pictures of the page in docs/pictures, from the shipped simulators. It takes about six minutes, most of them for
 * something to happen that charts can show.
 */
export async function takePagePictures(): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined)
    throw new Error('There is no Chromium on the PATH. Debian has one: apt-get install chromium.');
  await mkdir(FOLDER, { recursive: true });
  const browser = await launch(chromium);
  // What is read first, a whole day, would be all that the charts show.
  const demo = await startDemo(await catchUp());
  try {
    const opened = await openPage(browser, demo.address);
    await switchOn(opened, ['late']);
    process.stderr.write(`Waiting ${MINUTES} minutes for something to show.\n`);
    await opened.page.waitForTimeout(MINUTES * 60_000);
    await takeAll(opened);
    if (opened.complaints.length > 0) throw new Error(opened.complaints.join('\n'));
  } finally {
    await browser.close();
    await demo.close();
  }
}

async function takeAll(opened: OpenedPage): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await opened.page.emulateMedia({ colorScheme: scheme });
    for (const { name, prepare } of VIEWS) {
      await opened.go(name);
      await prepare?.(opened);
      await opened.page.mouse.move(0, 0);
      await opened.page.waitForTimeout(1_500);
      await take(opened, `page-${name}-${scheme}`);
    }
  }
  await opened.page.emulateMedia({ colorScheme: 'light' });
  await opened.page.setViewportSize({ width: 390, height: 800 });
  await opened.go('feeds');
  await opened.page.waitForTimeout(1_500);
  await take(opened, 'page-narrow');
}

/** Makes events late at each simulator, so that there is lateness to show. */
async function switchOn({ page, go }: OpenedPage, faults: readonly string[]): Promise<void> {
  await go('simulators');
  const simulators = page.getByRole('group', { name: 'Simulator' }).getByRole('button');
  await simulators.first().waitFor();
  for (const simulator of await simulators.all()) {
    await simulator.click();
    for (const fault of faults) {
      await page.getByRole('button', { name: `Switch on ${fault}`, exact: true }).click();
      await page.getByRole('button', { name: `End ${fault}`, exact: true }).waitFor();
    }
  }
}

async function take({ page }: OpenedPage, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  const picture = shrinkPng(await page.screenshot());
  await writeFile(path, picture);
  const size = picture.length;
  process.stderr.write(`${name}.png: ${size} bytes\n`);
  if (size > MAX_BYTES) throw new Error(`${name}.png has ${size} bytes, wanted at most ${MAX_BYTES}.`);
}
