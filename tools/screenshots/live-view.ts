import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DARK, drawTerminal, LIGHT } from './draw-terminal.ts';
import { startTidemark } from './pseudo-terminal.ts';

const PICTURES = new URL('../../docs/pictures/', import.meta.url);
const TITLE =
  'The live view of tidemark run: feeds with their state, lag and throughput, and what to do about one that fails';
/** As long as the view shows events of the last minute. */
const LONG_ENOUGH = /up 1m/;

/** Runs the shipped simulators in a pseudo-terminal until there is something to see, and draws its screen, light and dark. */
export async function drawLiveView(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-picture-'));
  const terminal = startTidemark(['run'], { folder, columns: 120, rows: 24, patienceMs: 120_000 });
  try {
    await terminal.shows(LONG_ENOUGH);
    await expireToken(folder, terminal.written());
    await terminal.shows(/✕ refused/);
    const cells = terminal.cells();
    await mkdir(PICTURES, { recursive: true });
    await writeFile(new URL('live-view.svg', PICTURES), drawTerminal(cells, LIGHT, TITLE));
    await writeFile(new URL('live-view-dark.svg', PICTURES), drawTerminal(cells, DARK, TITLE));
    terminal.type('q');
    await terminal.ended;
  } finally {
    await terminal.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lets the last of the simulators refuse its token, as one does on a bad day. */
async function expireToken(folder: string, written: string): Promise<void> {
  const [, url] = [...written.matchAll(/(http:\/\/127\.0\.0\.1:\d+\/_control)/g)].at(-1) ?? [];
  if (url === undefined) throw new Error('The program has named no simulator.');
  const header = await readFile(join(folder, '.tidemark', 'control-header'), 'utf8');
  const [name = '', value = ''] = header.trim().split(': ', 2);
  const answer = await fetch(url, {
    method: 'PATCH',
    headers: { [name]: value },
    body: JSON.stringify({ tokenExpired: true }),
  });
  if (!answer.ok) throw new Error(`The simulator answers ${answer.status}: ${await answer.text()}`);
}
