import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, onTestFinished } from 'vitest';
import type {
  EventForms,
  EventsView,
  HeatMap,
  History,
  LatenessView,
  LiveState,
  QuarantineView,
  WorkReport,
} from '../../../../cli/ui/api-types.ts';
import { ARCHIVE_BUCKET, functionOutput } from '../../../../lib/account/outputs.ts';
import { type Browser, openAddress } from '../../../local/ui/browser.ts';
import { until } from '../../bench.ts';
import { test as benchTest, feedOf, SOURCE } from '../../plain.ts';
import { DESTINATIONS } from '../../stage.ts';
import { startCloudAccount } from '../cloud-account.ts';
import { FEED, type Program, startProgram, test } from '../program.ts';

const HOUR = 3_600_000;

/** Opens the page that a program says it serves. */
async function openPage(program: Program): Promise<Browser> {
  const address = () => /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\/\?token=\S+/.exec(program.stderr)?.[0];
  await until('the address of the page', () => address() !== undefined);
  return await openAddress(address() ?? '');
}

/** Starts `tidemark ui` in a folder. */
function startUi(onEnd: typeof onTestFinished, folder: string, args: readonly string[], environment = {}): Program {
  const program = startProgram(folder, ['ui', ...args], { environment });
  onEnd(async () => {
    program.kill('SIGKILL');
    await program.ended;
  });
  return program;
}

const feedIn = ({ feeds = [] }: LiveState, feed = FEED) => feeds.find((row) => row.feed === feed);

/** Starts work, and waits for its end. */
async function work(browser: Browser, order: object): Promise<WorkReport> {
  const { id } = await browser.post<WorkReport>('/api/work', order);
  const isOver = ({ work: all }: LiveState) => all.some((report) => report.id === id && report.state !== 'running');
  const { work: all } = await browser.waitFor(isOver);
  return all.find((report) => report.id === id) as WorkReport;
}

const local = ['--state', 'state', '--out', 'out'];

describe('tidemark ui', () => {
  test('alone on a state directory shows all that is known, verifies, backfills and redrives', async ({
    place,
    onTestFinished,
  }) => {
    const to = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
    const here = await place({ from: to - 3 * HOUR, to, count: 90, faults: { oversized: { every: 30 } } });
    await here.run('--once');
    const program = startUi(onTestFinished, here.folder, local);
    const browser = await openPage(program);
    const state = await browser.waitFor<LiveState>((state) => state.feeds !== undefined && state.eventsSeen >= 90);

    expect(state).toMatchObject({ kind: 'alone', hasSimulators: false, left: [], work: [] });
    expect(feedIn(state)).toMatchObject({ kind: 'events', failures: 0, quarantined: 3 });
    expect(program.stderr.match(/token=/g)).toHaveLength(1);

    const events = await browser.get<EventsView>('/api/events?text=&feed=');
    // Beside the events, there is one of our own for each that was shortened.
    expect(events).toMatchObject({ found: 93, kept: 93, destination: 'lake', format: 'ecs' });
    const times = events.rows.map(({ time = '' }) => time);
    expect(times).toEqual(times.toSorted().reverse());
    const { forms } = await browser.get<EventForms>(`/api/event?key=${events.rows.at(-2)?.key}`);
    expect(forms.map(({ format, text }) => [format, (text ?? '').length > 20])).toEqual([
      ['raw', true],
      ['ecs', true],
      ['cef', true],
      ['ocsf', true],
    ]);
    // Each word narrows the search; the id of an event finds that event alone.
    const { id } = JSON.parse(forms[1]?.text ?? '').event;
    expect(await browser.get(`/api/events?text=${id}+${SOURCE}`)).toMatchObject({ found: 1, kept: 93 });
    expect(await browser.get('/api/events?text=nobody-is-called-so')).toMatchObject({ found: 0 });
    expect(await browser.get('/api/events?feed=other')).toMatchObject({ found: 0 });

    const map = await browser.get<HeatMap>('/api/heat-map?days=2&feed=');
    expect(map.days.reduce((sum, { total }) => sum + total, 0)).toBe(90);
    expect(map.days.flatMap(({ hours }) => hours).filter(({ lacking }) => lacking)).toEqual([]);
    const day = await browser.get<History>('/api/history?range=day');
    expect(day.throughput.series[0]?.values.reduce((sum: number, value) => sum + (value ?? 0), 0)).toBe(90);
    const lateness = await browser.get<LatenessView>('/api/lateness');
    expect(lateness.rows[0]).toMatchObject({ feed: FEED, lateness: { onTime: 90, late: 0 } });
    expect(lateness.steps.slice(0, 2)).toEqual(['1m', '2m']);

    const verified = await work(browser, { kind: 'verify', feed: FEED, since: '2h', repair: false });
    expect(verified).toMatchObject({ state: 'done', percent: 100, progress: [{ feed: FEED, state: 'caught-up' }] });
    expect(verified.progress[0]?.steps?.every(({ missing }) => missing === 0)).toBe(true);
    const filled = await work(browser, {
      kind: 'backfill',
      feed: '',
      from: new Date(to - 2 * HOUR).toISOString(),
      to: new Date(to - HOUR).toISOString(),
    });
    expect(filled).toMatchObject({ state: 'done', feeds: 'all feeds', progress: [{ delivered: 0 }] });
    const { rows } = await browser.get<QuarantineView>('/api/quarantine');
    expect(rows.map(({ reason }) => reason)).toEqual(Array(3).fill('oversized'));
    const redriven = await work(browser, { kind: 'redrive', feed: FEED, ids: [rows[0]?.id] });
    expect(redriven).toMatchObject({ state: 'done', progress: [{ feed: FEED, redriven: 1, problems: [] }] });
    const jobs = await browser.waitFor<LiveState>((state) => (feedIn(state)?.jobs.length ?? 0) >= 2);
    expect(feedIn(jobs)?.jobs.map(({ kind, state }) => [kind, state])).toEqual(
      expect.arrayContaining([
        ['backfill', 'done'],
        ['verify', 'done'],
      ]),
    );

    await expect(browser.post('/api/work', { kind: 'backfill', feed: FEED })).rejects.toThrow(/400 .*takes a range/);
    await expect(browser.post('/api/work', { kind: 'verify', feed: 'x' })).rejects.toThrow(/400 .*no feed with a past/);
    await expect(browser.post('/api/work', { kind: 'verify', feed: '', since: 'soon' })).rejects.toThrow(/400 .*soon/);
    await expect(browser.post('/api/work', { kind: 'drop', feed: '' })).rejects.toThrow(/400 .*kind/);
    await expect(browser.post('/api/fault', { simulator: SOURCE, name: 'late', value: 1 })).rejects.toThrow(
      /no simulator/,
    );
    await expect(browser.get('/api/event?key=100000')).rejects.toThrow(/400 .*not among the last ones/);

    program.kill('SIGINT');
    expect(await program.ended).toBe(0);
  });

  test('beside tidemark run follows it, also from one to the next', async ({ place, onTestFinished }) => {
    const here = await place({ count: 50 });
    const first = here.start();
    await until('the start', () => first.stderr.includes('Run of'));
    const program = startUi(onTestFinished, here.folder, local);
    const browser = await openPage(program);
    const beside = await browser.waitFor<LiveState>((state) => feedIn(state)?.watermark !== undefined);

    first.kill('SIGTERM');
    const alone = await browser.waitFor<LiveState>(({ problem }) => problem !== undefined);
    await first.ended;
    const second = here.start();
    const again = await browser.waitFor<LiveState>(({ problem, at }) => problem === undefined && at > alone.at);

    expect(beside).toMatchObject({ kind: 'beside' });
    expect(alone.problem?.message).toMatch(/tidemark run has ended|cannot be looked at/);
    expect(feedIn(alone)).toBeDefined();
    expect(feedIn(again)).toBeDefined();
    expect(second.stderr).not.toContain('token=');
  });

  test('a port that somebody else has is named, and nothing stays', async ({ place, onTestFinished }) => {
    const here = await place({ count: 1 });
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await until('the port', () => other.address() !== null);
    const { port } = other.address() as AddressInfo;

    const { code, stderr } = await here.command('ui', '--port', String(port));

    expect(code).toBe(2);
    expect(stderr).toContain(`port ${port} of 127.0.0.1`);
    expect(stderr).not.toContain('token=');
  });
});

describe('tidemark run --ui', () => {
  test('serves a page about what it does, and ends with it', async ({ place }) => {
    const here = await place({ count: 200, from: Date.now() - HOUR, to: Date.now() - 5_000 });
    const program = here.start('--ui');
    const browser = await openPage(program);

    const state = await browser.waitFor<LiveState>(
      (each) => feedIn(each)?.state === 'caught up' && each.eventsSeen >= 200,
    );
    const history = await browser.get<History>(`/api/history?range=hour&by=feed&feed=${encodeURIComponent(FEED)}`);

    expect(state).toMatchObject({ kind: 'run', detail: 'out' });
    expect(feedIn(state)).toMatchObject({ severity: 'good', quota: { limit: expect.any(Number) } });
    expect(history.step).toBe(15);
    expect(history.lag.series.every(({ label }) => label === FEED)).toBe(true);
    expect(program.stderr.match(/token=/g)).toHaveLength(1);
    expect(program.stdout).toBe('');
    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(JSON.parse(program.stdout).feeds[0]).toMatchObject({ delivered: 200 });
  });

  test('shows a feed that fails, with what to do', async ({ place }) => {
    const here = await place({ count: 20 });
    await here.configure(({ connections: [usual], ...rest }) => ({
      ...rest,
      connections: [{ ...usual, secret: 'nowhere' }],
    }));
    const browser = await openPage(here.start('--ui'));

    const state = await browser.waitFor<LiveState>((each) => feedIn(each)?.severity === 'bad');

    const [note] = feedIn(state)?.notes ?? [];
    expect(note?.text).toContain('nowhere');
    expect(note?.remedy).toContain('tidemark secret set');
  });
});

/** CloudWatch, as far as the page asks it: each metric has one value, an hour ago. */
async function startCloudWatch() {
  const asked: {
    readonly Id: string;
    readonly MetricStat: {
      readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly object[] };
      readonly Stat: string;
    };
  }[] = [];
  const server = createServer(async (request, response) => {
    const { MetricDataQueries, StartTime } = (await json(request)) as {
      MetricDataQueries: typeof asked;
      StartTime: number;
    };
    asked.push(...MetricDataQueries);
    const MetricDataResults = MetricDataQueries.map(({ Id }) => ({
      Id,
      Timestamps: [StartTime + 900],
      Values: [30],
      StatusCode: 'Complete',
    }));
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ MetricDataResults }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('tidemark ui --cloud', () => {
  benchTest.for([false, true])(
    'shows what is deployed, with figures from CloudWatch; perFeedMetrics: %s',
    async (perFeedMetrics, { start }) => {
      const bench = await start({ vendor: { count: 40 }, minutes: 120 });
      await bench.catchUp();
      const account = await startCloudAccount(async (_, input) => await bench.invoke(input));
      onTestFinished(() => account.close());
      account.outputs['tidemark-forwarding'] = {
        [functionOutput(SOURCE)]: 'arn:aws:lambda:eu-west-1:111122223333:function:te',
      };
      const now = new Date().toISOString();
      const event = {
        '@timestamp': now,
        message: 'archived',
        user: { name: 'ada' },
        event: { id: 'a' },
        tidemark: { feed: feedOf(bench.id) },
      };
      account.outputs['tidemark-state'] = { [ARCHIVE_BUCKET]: 'archive' };
      account.objects.set(
        `archive/lake/source=${SOURCE}/dt=${now.slice(0, 10)}/x`,
        Buffer.from(`${JSON.stringify(event)}\n`),
      );
      const watch = await startCloudWatch();
      const folder = await mkdtemp(join(tmpdir(), 'tidemark-cloud-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const config = { connections: [bench.described()], destinations: DESTINATIONS, deployment: { perFeedMetrics } };
      await writeFile(join(folder, 'tidemark.json'), JSON.stringify(config));
      const environment = {
        AWS_ENDPOINT_URL: account.url,
        AWS_ENDPOINT_URL_CLOUDWATCH: watch.url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
      const browser = await openPage(startUi(onTestFinished, folder, ['--cloud'], environment));
      const feed = feedOf(bench.id);

      const state = await browser.waitFor<LiveState>(({ feeds }) => feeds !== undefined);
      const history = await browser.get<History>(`/api/history?range=day&by=feed&feed=${encodeURIComponent(feed)}`);
      await browser.get(`/api/history?range=day&by=feed&feed=${encodeURIComponent(feed)}`);

      expect(state).toMatchObject({ kind: 'cloud', place: 'tidemark', detail: 'eu-west-1', hasSimulators: false });
      expect(feedIn(state, feed)).toMatchObject({ failures: 0, pace: [] });
      expect(history.throughput.series).toEqual([
        { label: perFeedMetrics ? feed : expect.any(String), values: [0, 2, ...Array(94).fill(0)] },
      ]);
      expect(history.lag.series[0]?.values.slice(0, 3)).toEqual([null, 30, null]);
      // Asked once, however often the page asks.
      expect(watch.asked.map(({ MetricStat: { Metric, Stat } }) => [Metric.MetricName, Stat])).toEqual([
        ['Delivered', 'Sum'],
        ['LagSeconds', 'Maximum'],
      ]);
      const source = { Name: 'source', Value: SOURCE };
      const dimensions = perFeedMetrics ? [source, { Name: 'feed', Value: feed }] : [source];
      for (const { MetricStat } of watch.asked) expect(MetricStat.Metric.Dimensions).toEqual(dimensions);
      const map = await browser.get<HeatMap>('/api/heat-map?days=2&feed=');
      expect(map.days.reduce((sum, { total }) => sum + total, 0)).toBe(40);
      expect(await browser.get('/api/quarantine')).toEqual({ rows: [], putAside: [] });
      expect(await browser.get('/api/events?text=archived')).toMatchObject({
        found: 1,
        kept: 1,
        destination: 'lake',
        rows: [{ feed, user: 'ada' }],
      });
      expect(await work(browser, { kind: 'verify', feed, since: '2h' })).toMatchObject({ progress: [{ feed }] });
    },
  );
});
