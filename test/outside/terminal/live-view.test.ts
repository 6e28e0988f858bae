import { describe, expect, onTestFinished } from 'vitest';
import {
  CLI,
  KEYS,
  type PseudoTerminal,
  type Size,
  type Start,
  startInTerminal,
  startTidemark,
} from '../../../tools/screenshots/pseudo-terminal.ts';
import { type Place, SECRET_NAME, test } from '../../e2e/cli/program.ts';
import { feedOf, STREAM } from '../../e2e/plain.ts';

const FEED = feedOf('demo');
const WIDE = '太郎は東京で働く 한글 e\u0301te\u0301 🌊 ';

/** Starts `tidemark run` at a place, in a terminal. */
function run(place: Pick<Place, 'folder'>, args: readonly string[] = [], start: Partial<Start> = {}): PseudoTerminal {
  const terminal = startTidemark(['run', '--state', 'state', '--out', 'out', ...args], {
    folder: place.folder,
    ...start,
  });
  onTestFinished(() => terminal.close());
  return terminal;
}

/** The screen with everything that time changes taken out. */
function still(terminal: PseudoTerminal): string[] {
  return terminal.rows().map((row) =>
    row
      .replace(/[\d.,]+[smh]?|[▁▂▃▄▅▆▇█]/g, '#')
      .replace(/[ #-]+/g, ' ')
      .trimEnd(),
  );
}

/** Whether the first row reaches from edge to edge, and the last row is the last of the terminal. */
function fills({ columns, rows }: Size) {
  return (drawn: readonly string[]) =>
    drawn[0]?.length === columns - 1 && drawn.length === rows && (drawn[rows - 1]?.includes('q quit') ?? false);
}

/** Whatever was drawn before, the screen is as if it were drawn on an empty one. */
async function expectNothingOld(terminal: PseudoTerminal): Promise<void> {
  const before = still(terminal);
  await terminal.wipe();
  terminal.type(KEYS.redraw);
  await terminal.shows('q quit');
  expect(still(terminal), `at ${terminal.rows().length} rows`).toEqual(before);
  expect(terminal.screen().match(/STATE +BEHIND/g) ?? []).toHaveLength(terminal.screen().includes('all feeds') ? 0 : 1);
}

test('one program: it shows feeds, one feed, wide characters, every size, and gives the terminal back', async ({
  place,
}) => {
  const here = await place();
  const terminal = run(here);

  await terminal.shows(/✓ caught up/);
  await terminal.shows(`› ${FEED}`);
  expect(terminal.wraps(), 'a line that is too long must not reach the next').toBe(false);
  expect(terminal.isCursorSeen()).toBe(false);
  expect(terminal.coloured()).toContain('✓');

  // An answer of a vendor that cannot be read is quoted, in any script.
  here.vendor.setFaults({ where: STREAM, body: { next: 99_999, text: WIDE.repeat(40) } });
  await terminal.shows('✕ unreadable');
  await terminal.shows(/太郎は東京で働く 한글 été/);
  terminal.type('p');
  await terminal.shows('PAUSED by you');
  await terminal.shows('✕ failed');
  for (const size of SIZES) {
    terminal.resize(size);
    await terminal.until(`a drawing of ${size.columns} x ${size.rows}`, fills(size));
    expect(terminal.screen()).toContain('太郎');
    await expectNothingOld(terminal);
  }

  // The feed by itself, with its error whole.
  terminal.type(KEYS.enter);
  await terminal.shows('Esc all feeds');
  await terminal.shows('What to do');
  expect(terminal.screen()).not.toContain('STATE ');
  await expectNothingOld(terminal);
  terminal.type(KEYS.escape);
  await terminal.shows(/STATE +BEHIND/);

  // A terminal that is too small says so, and shows everything again as soon as it is large enough.
  terminal.resize({ columns: 40, rows: 10 });
  await terminal.shows('It has 40 x 10 characters');
  expect(terminal.rows().slice(4).join('')).toBe('');
  terminal.resize({ columns: 90, rows: 24 });
  await terminal.until('a drawing of 90 x 24', fills({ columns: 90, rows: 24 }));
  await expectNothingOld(terminal);

  // While it is paused, nothing is asked. Then it goes on.
  const { requests } = here.vendor.counters;
  here.vendor.setFaults({});
  terminal.type('p');
  await terminal.shows('✓ caught up');
  expect(here.vendor.counters.requests).toBeGreaterThan(requests);

  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  await terminal.shows(/^Events: /m);
  expect(terminal.screen()).toContain(`${FEED}: `);
  expect(terminal.screen()).not.toContain('q quit');
  expect([terminal.wraps(), terminal.isCursorSeen()]).toEqual([true, true]);
});

const SIZES: readonly Size[] = [
  { columns: 60, rows: 15 },
  { columns: 250, rows: 50 },
  { columns: 61, rows: 50 },
  { columns: 120, rows: 15 },
  { columns: 100, rows: 30 },
];

test('200 feeds are scrolled, from the first to the last and back', async ({ place }) => {
  const here = await place();
  await here.configure((usual) => {
    const [connection] = usual.connections;
    const ids = Array.from({ length: 200 }, (_, at) => `account-${String(at + 1).padStart(3, '0')}`);
    return { ...usual, connections: ids.map((id) => ({ ...connection, id, secret: SECRET_NAME })) };
  });
  const terminal = run(here, ['--feed', `*/${STREAM}/*`], { columns: 80, rows: 24 });

  await terminal.shows('200 feeds');
  await terminal.shows(/account-001 /);
  expect(terminal.screen()).not.toContain('account-200');
  terminal.type(KEYS.end);
  await terminal.shows(/^ › .*account-200/m);
  await terminal.shows(/–200 of 200$/m);
  terminal.type(KEYS.up.repeat(3));
  await terminal.shows(/^ › .*account-197/m);
  terminal.type(KEYS.enter);
  await terminal.shows('Esc all feeds');
  terminal.type(KEYS.right);
  await terminal.shows('account-198');
  terminal.type(KEYS.escape);
  await terminal.shows(/^ › .*account-198/m);
  terminal.type(KEYS.home);
  await terminal.shows(/^ › .*account-001/m);
  terminal.type(KEYS.interrupt);
  expect(await terminal.ended).toBe(0);
});

describe('colours', () => {
  test('are not there with NO_COLOR', async ({ place }) => {
    const here = await place();
    const terminal = run(here, [], { environment: { NO_COLOR: '1' } });

    await terminal.shows('✓ caught up');

    expect(terminal.coloured()).toBe('');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });
});

test('Ctrl-C ends a run that waits for the vendor, with the exit code of a signal', async ({ place }) => {
  const here = await place({ faults: { hang: { next: 99 } } });
  const terminal = run(here, ['--once']);
  await terminal.shows('↓ reading');

  terminal.type(KEYS.interrupt);

  expect(await terminal.ended).toBe(130);
  await terminal.shows(/^Events: /m);
  expect([terminal.wraps(), terminal.isCursorSeen()]).toEqual([true, true]);
});

test('what cannot be drawn on is written to line by line', async ({ place }) => {
  const here = await place();
  const terminal = run(here, ['--once'], { environment: { TERM: 'dumb' }, columns: 200 });

  expect(await terminal.ended).toBe(0);

  await terminal.shows(/Run of .*: caught-up/);
});

test('Ctrl-Z leaves the terminal to the shell, and fg comes back', async ({ place }) => {
  const here = await place({ count: 5 });
  const terminal = startInTerminal(['sh', '-i'], { folder: here.folder, environment: { PS1: '> ', ENV: '' } });
  onTestFinished(() => terminal.close());
  await terminal.shows('>');
  terminal.type(`"${process.execPath}" "${CLI}" run --state state --out out\r`);
  await terminal.shows('✓ caught up');

  terminal.type(KEYS.suspend);
  await terminal.shows('Stopped');
  expect(terminal.screen()).not.toContain('q quit');
  expect([terminal.wraps(), terminal.isCursorSeen()]).toEqual([true, true]);

  terminal.type('fg\r');
  await terminal.shows('q quit');
  expect(terminal.wraps()).toBe(false);
  terminal.type('q');
  await terminal.shows(/^Events: .*\n>/m);
  terminal.type('exit $?\r');
  expect(await terminal.ended).toBe(0);
});
