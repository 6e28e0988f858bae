import { chmod, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { until } from '../bench.ts';
import { difference, readDelivered } from '../delivered.ts';
import { plain, SOURCE, STREAM } from '../plain.ts';
import { FEED, SECRET_NAME, startProgram, test, type UsualConfig } from './program.ts';

describe.concurrent('tidemark run --once --json', () => {
  test('says on stdout what was done, on stderr what happened, and ends with 0', async ({ place }) => {
    const here = await place();

    const first = await here.run('--once');
    const second = await here.run('--once');

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).toMatch(/^\{.*\}\n$/);
    expect(first.summary).toMatchObject({ ok: true, out: here.out });
    expect(first.summary.feeds).toHaveLength(1);
    const counts = { suppressed: 0, delivered: 300, quarantined: 0, pages: 3, retries: 0 };
    expect(first.summary.feeds[0]).toMatchObject({ feed: FEED, state: 'caught-up', fetched: 300, ...counts });
    const { watermark, lag } = first.summary.feeds[0];
    expect(Date.parse(String(watermark))).toBeGreaterThanOrEqual(here.to);
    expect(lag).toBeLessThan(60);
    expect(first.stderr).toContain(`Run of ${FEED}: caught-up.`);
    expect(second.summary.feeds[0]).toMatchObject({ fetched: 300, suppressed: 300, delivered: 0 });
    for (const id of ['lake', 'vault'])
      expect(difference((await readDelivered(here.out, id)).texts, here.held())).toEqual({ missing: [], extra: [] });
  });

  test('ends with 1 when a feed fails, with what to do on stdout', async ({ place }) => {
    const here = await place();
    await here.configure(({ connections: [usual], destinations }) => ({
      connections: [
        { ...usual, secret: 'nowhere' },
        { ...usual, id: 'other' },
      ],
      destinations,
    }));

    const { code, summary } = await here.run('--once');

    expect(code).toBe(1);
    expect(summary.ok).toBe(false);
    const error = {
      code: 'secret',
      message: expect.stringContaining('nowhere'),
      remedy: expect.stringContaining('Put it in: npx tidemark secret set nowhere.'),
    };
    expect(summary.feeds[0]).toMatchObject({ state: 'failed', error });
    expect(summary.feeds[1]).toMatchObject({ state: 'caught-up', delivered: 300 });
  });

  test('runs only the feeds that fit --feed', async ({ place }) => {
    const here = await place({ count: 20 });
    await here.configure(({ connections: [usual], destinations }) => ({
      connections: ['one', 'two', 'three'].map((id) => ({ ...usual, id })),
      destinations,
    }));

    const { code, summary } = await here.run('--once', '--feed', `${SOURCE}/*/t*`);

    expect(code).toBe(0);
    expect(summary.feeds.map(({ feed }) => String(feed).split('/').at(-1))).toEqual(['two', 'three']);
  });

  test('never shows the token, whatever the vendor sends back', async ({ place }) => {
    const here = await place();
    const { token } = plain;
    const echoes = [
      { body: { next: 1, text: `<html>Bearer ${token}</html>`, type: 'text/html' } },
      { redirect: { next: 1, to: `https://sign-in.example.com/?token=${token}` } },
      { body: { next: 1, text: plain.pageNaming(token, here.to - 60_000) } },
    ];

    let shown = '';
    for (const echo of echoes) {
      here.vendor.setFaults({ where: STREAM, ...echo });
      const { stdout, stderr } = await here.run('--once');
      shown += stdout + stderr;
    }

    expect(shown).not.toContain(token);
    expect(shown).toContain('[secret]');
    // Not with toContain: its message would show all that is kept.
    expect((await here.everythingKept()).includes(token)).toBe(false);
  });
});

describe.concurrent('a wrong tidemark.json', () => {
  test.for([
    [{ connections: [] }, /\$\.connections: there is \[\], wanted at least 1/],
    [{ destination: [] }, /\$\.destination: there is no such setting; look for a misspelling/],
    [{ connections: [{}] }, new RegExp(`\\$\\.connections\\[0\\]\\.source: nothing is there, wanted .*"${SOURCE}"`)],
    [{ id: '../up' }, /\$\.connections\[0\]\.id: there is "\.\.\/up", wanted letters, digits/],
    [
      { source: `${SOURCE}x` },
      new RegExp(`\\$\\.connections\\[0\\]\\.source: there is "${SOURCE}x", wanted .*"${SOURCE}"`),
    ],
    [{ origin: 'http://vendor.example.com/v7' }, /\$\.connections\[0\]\.origin: there is "http:.*wanted an https URL/],
    [{ settings: plain.wrongSettings.settings }, plain.wrongSettings.complaint],
    [{ streams: { [`${STREAM}x`]: {} } }, new RegExp(`\\.streams\\.${STREAM}x: there is no such setting`)],
    [{ streams: { [STREAM]: { every: '5 minutes' } } }, /\.every: there is "5 minutes", wanted a duration/],
  ] as const)('%j is refused with 2: path, found, wanted', async ([change, message], { place }) => {
    const here = await place();
    await here.configure((usual) => wrong(usual, change));

    const { code, stdout, stderr } = await here.run('--once');

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(here.vendor.counters.requests).toBe(0);
  });

  test('that is no JSON is refused', async ({ place }) => {
    const here = await place();
    await here.configure('{"connections": [,]}');

    const { code, stderr } = await here.run('--once');

    expect(code).toBe(2);
    expect(stderr).toMatch(/tidemark\.json is not JSON: .*\nThe usual cause is a missing comma, or one too many/);
  });

  test('two connections of one name are refused', async ({ place }) => {
    const here = await place();
    await here.configure(({ connections: [one], destinations }) => ({ connections: [one, one], destinations }));

    const { code, stderr } = await here.run('--once');

    expect(code).toBe(2);
    expect(stderr).toContain('$.connections[1].id: there is "demo" again');
  });
});

describe.concurrent('wrong use', () => {
  test.for([
    [['run', '--onec'], /unknown option '--onec'\n\(Did you mean --once\?\)\ntidemark run --help/],
    [['stauts'], /unknown command 'stauts'\n\(Did you mean status\?\)/],
    [['move', '--feed', '*'], /required option '--to <time>'/],
    [['secret', 'set'], /missing required argument 'name'/],
    [['run', '--feed'], /--feed/],
    [['run', '--config', 'nowhere.json', '--state', 'state'], /nowhere\.json cannot be read/],
    [
      ['run', '--feed', 'acme/*', '--state', 'state'],
      new RegExp(`No enabled feed fits "acme/\\*".*\\n.*${SOURCE}/${STREAM}`),
    ],
    [['walk'], /unknown command 'walk'\ntidemark --help lists/],
    [['run', 'away'], /too many arguments for 'run'/],
  ] as const)('%j ends with 2', async ([args, message], { place }) => {
    const here = await place();

    const program = startProgram(here.folder, args);

    expect(await program.ended).toBe(2);
    expect(program.stderr).toMatch(message);
    expect(program.stderr).not.toMatch(/^\s+at /m);
    expect(program.stdout).toBe('');
  });

  test('a second run on the same state says so, and disturbs nothing', async ({ place }) => {
    const here = await place();
    await rm(join(here.folder, 'tidemark.json'));
    const portsFile = join(here.folder, 'state', 'demo-ports.json');
    const first = here.start();
    await until('the first run', () => first.stderr.includes(': caught-up.'));
    const ports = await readFile(portsFile, 'utf8');

    const second = await here.run('--once');
    first.kill('SIGTERM');

    expect(second.code).toBe(2);
    expect(second.stderr).toContain('Another tidemark run uses the state directory');
    expect(second.stderr).toContain('a state directory of its own');
    expect(await first.ended).toBe(0);
    // Without a tidemark.json the shipped simulators are forwarded.
    expect(first.stderr).toContain('simulators stand in for the vendors');
    for (const { title } of await findSources())
      expect(first.stderr).toMatch(new RegExp(`^Simulated ${title}: http://127\\.0\\.0\\.1:\\d+ `, 'm'));
    const delivered = JSON.parse(first.stdout).feeds.map((feed: { delivered: number }) => feed.delivered);
    expect(Math.max(...delivered)).toBeGreaterThan(1_000);
    expect(await readFile(portsFile, 'utf8')).toBe(ports);
  });

  test('a secrets file that others may read is closed, and said', async ({ place }) => {
    const here = await place({ count: 5 });
    const file = join(here.folder, 'state', 'secrets.json');
    await chmod(file, 0o644);

    const { stderr, code } = await here.run('--once');

    expect(code).toBe(0);
    expect(stderr).toContain('was open to others');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(stderr).not.toContain(SECRET_NAME);
  });
});

/** The usual configuration with something wrong: in the file itself, or in its connection. */
function wrong(usual: UsualConfig, change: object): object {
  const isAtTop = Object.keys(change).some((key) => key.startsWith('connections') || key.startsWith('destination'));
  return isAtTop ? { ...usual, ...change } : { ...usual, connections: [{ ...usual.connections[0], ...change }] };
}
