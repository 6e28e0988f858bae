import type * as z from 'zod/mini';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { LATENESS_STEPS } from '../../../functions/core/stored/lateness.ts';
import { DAY, floorTo, formatDuration, formatInstant, MILLISECOND } from '../../../functions/core/time.ts';
import { type Looks, lookAt } from '../../feeds/look-at.ts';
import { rangeOf, wholeDays } from '../../feeds/range.ts';
import type { HeatMap, History as HistoryView, LatenessView, QuarantineView } from '../api-types.ts';
import type { Api } from '../server/serve-page.ts';
import type { CloudPlace } from './cloud/cloud-place.ts';
import { Doctor, type Examine } from './doctor.ts';
import { RecentEvents } from './events/recent-events.ts';
import { heatMapOf } from './heat-map.ts';
import { History } from './history.ts';
import { INPUTS, readInput } from './input.ts';
import { LiveFeeds, type Reopen } from './live-feeds.ts';
import { type Place, titleOf } from './place.ts';
import { listSimulators, resetSimulator, setFault } from './simulators.ts';

/** What a question about a deployment has cost is used again for this long. */
const REUSE_MS = 60_000;
const LATEST_DAYS = 1;
export interface PageOptions {
  readonly place: Place;
  readonly reopen?: Reopen | undefined;
  /** Finds out why nothing arrives, if anything does not. */
  readonly examine: Examine;
}

/** Everything that the page can ask, and what it is told while it is open. */
export class PageData implements Api {
  readonly answerers: Api['answerers'];
  readonly #live: LiveFeeds;
  readonly #doctor: Doctor;
  readonly #reused = new Map<string, { readonly until: number; readonly answer: Promise<object> }>();

  constructor({ place, reopen, examine }: PageOptions) {
    this.#live = new LiveFeeds(place, reopen);
    this.#doctor = new Doctor(examine);
    this.answerers = this.#answerers();
  }

  follow(tell: (state: object) => void): () => void {
    return this.#live.follow(tell);
  }

  async close(): Promise<void> {
    await this.#live.close(this.#doctor.ended);
  }

  get #place(): Place {
    return this.#live.place;
  }

  #answerers(): Api['answerers'] {
    return {
      'GET /api/history': async (input) => await this.#historyView(readInput(INPUTS.history, input)),
      'GET /api/heat-map': async (input) => await this.#heatMap(readInput(INPUTS.heatMap, input)),
      'GET /api/lateness': async () => this.#lateness(),
      'GET /api/events': async (input) => {
        const { text, feed } = readInput(INPUTS.events, input);
        if (this.#place.kind === 'cloud') await this.#readArchive(this.#place as CloudPlace);
        return this.#live.events?.find(text, feed) ?? { rows: [], found: 0, kept: 0 };
      },
      'GET /api/event': async (input) => ({
        forms: this.#live.events?.formsOf(readInput(INPUTS.event, input).key) ?? [],
      }),
      'GET /api/quarantine': async () => await this.#quarantine(),
      'POST /api/work': async (input) => this.#startWork(readInput(INPUTS.work, input)),
      'POST /api/stop': async (input) => {
        this.#live.work.stop(readInput(INPUTS.stop, input).id);
        return {};
      },
      'GET /api/simulators': async () => ({ simulators: await listSimulators(this.#place) }),
      'POST /api/fault': async (input) => {
        const { simulator, name, value } = readInput(INPUTS.fault, input);
        await setFault(this.#place, simulator, name, value ?? null);
        return { simulators: await listSimulators(this.#place) };
      },
      'POST /api/reset': async (input) => {
        await resetSimulator(this.#place, readInput(INPUTS.reset, input).simulator);
        return { simulators: await listSimulators(this.#place) };
      },
      'GET /api/doctor': async () => this.#doctor.view,
      'POST /api/doctor': async () => this.#doctor.start(),
    };
  }

  async #historyView({ range, by, feed }: { range: 'hour' | 'day' | 'week'; by: 'source' | 'feed'; feed: string }) {
    if (this.#place.kind === 'cloud') {
      const place = this.#place as CloudPlace;
      return await this.#reuse(`history ${range} ${by} ${feed}`, async () => {
        const { cloudHistory } = await import('./cloud/cloud-history.ts');
        return await cloudHistory(place, range, { by, feed, now: Date.now() });
      });
    }
    return await this.#localHistory(range === 'hour' ? 'hour' : 'day', by, feed);
  }

  async #localHistory(range: 'hour' | 'day', by: 'source' | 'feed', feed: string): Promise<HistoryView> {
    const now = Date.now() / 1_000;
    const labelOf = (name: string) => {
      if (feed !== '') return name === feed ? name : undefined;
      return by === 'feed' ? name : titleOf(this.#place, name.split('/', 1)[0] ?? name);
    };
    const lag = this.#live.history.lag(range, now, labelOf);
    if (range === 'hour') {
      const throughput = this.#live.history.throughput(range, now, labelOf);
      return { step: History.stepOf(range), unit: 'events a minute', throughput, lag, remark: SINCE_START };
    }
    const { looks } = await this.#ledger(LATEST_DAYS + 1);
    const hours = lastHours(now);
    const byLabel = Map.groupBy(looks, ({ feed: name }) => labelOf(name));
    const series = [...byLabel].flatMap(([label, each]) => {
      if (label === undefined) return [];
      const events = new Map<string, number>();
      for (const { hour, events: count } of each.flatMap(({ ledger }) => ledger.flatMap((row) => row.hours)))
        events.set(hour, (events.get(hour) ?? 0) + count);
      return [{ label, values: hours.map(({ name }) => events.get(name) ?? 0) }];
    });
    const throughput = { times: hours.map(({ at }) => at), series };
    return { step: 3_600, unit: 'events an hour', throughput, lag, remark: FROM_LEDGER };
  }

  async #heatMap({ feed, days }: { feed: string; days: number }): Promise<HeatMap> {
    const { looks } = await this.#ledger(days);
    const wanted = looks.filter((look) => look.kind === 'events' && (feed === '' || look.feed === feed));
    return heatMapOf(wanted, days, Date.now());
  }

  /** The feeds with the ledger of the last days, today included. */
  async #ledger(days: number): Promise<Looks> {
    const now = Date.now() * MILLISECOND;
    const today = floorTo(now, DAY);
    const range = { from: formatInstant(today - (days - 1) * DAY), to: formatInstant(today + DAY) };
    const look = () => lookAt(this.#place.looking, range);
    return this.#place.kind === 'cloud' ? await this.#reuse(`ledger ${days}`, look) : await look();
  }

  #lateness(): LatenessView {
    const steps = [...LATENESS_STEPS.map(formatDuration), 'more'];
    const looks = (this.#live.latest?.looks ?? []).filter(({ kind }) => kind === 'events');
    return { steps, rows: looks.map(({ feed, lateness }) => ({ feed, ...(lateness && { lateness }) })) };
  }

  async #quarantine(): Promise<QuarantineView> {
    const rows = (this.#live.latest?.looks ?? []).flatMap(({ feed, quarantine }) =>
      quarantine.map((entry) => ({ feed, ...entry })),
    );
    rows.sort((one, other) => (one.at < other.at ? 1 : -1));
    if (this.#place.kind !== 'cloud') return { rows, putAside: [] };
    const { config } = this.#place;
    const putAside = await this.#reuse('put aside', async () => {
      const { listPutAsideOf } = await import('../../put-aside/list-put-aside.ts');
      return { looks: (await listPutAsideOf(config)) ?? [] };
    });
    return { rows, putAside: putAside.looks.filter(({ objects }) => objects > 0) };
  }

  #startWork(input: z.infer<typeof INPUTS.work>): object {
    const { kind, feed, from, to, since, repair, ids } = input;
    const options = { ...(from && { from }), ...(to && { to }), ...(since && { since }) };
    const range =
      kind === 'redrive'
        ? undefined
        : kind === 'backfill'
          ? wholeDays(options, new Date())
          : rangeOf(options, new Date());
    if (kind === 'backfill' && !range) throw noRange();
    return this.#live.work.start(this.#place, { kind, feed, repair, ...(range && { range }), ...(ids && { ids }) });
  }

  async #readArchive(place: CloudPlace): Promise<void> {
    await this.#reuse('events', async () => {
      const { archiveFiles } = await import('./cloud/archive-files.ts');
      const events = this.#live.events ?? new RecentEvents(archiveFiles(place));
      this.#live.events = events;
      await events.poll();
      return {};
    });
  }

  /** Answers the same question again with what has been found out just now. */
  async #reuse<T extends object>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#reused.get(question);
    if (known && Date.now() < known.until) return (await known.answer) as T;
    const answer = ask();
    this.#reused.set(question, { until: Date.now() + REUSE_MS, answer });
    // An error is told once; the next one who asks tries again.
    answer.catch(() => this.#reused.delete(question));
    return await answer;
  }
}

const SINCE_START = 'Counted since this page’s program has started.';
const FROM_LEDGER =
  'Throughput from the ledger, by the hour in which events happened; lag since this page’s program has started.';

/** The last 24 whole hours and the present one: their names in the ledger, and their beginnings in seconds since 1970. */
function lastHours(now: number): { name: string; at: number }[] {
  const last = Math.floor(now / 3_600);
  return Array.from({ length: 25 }, (_, back) => (last - 24 + back) * 3_600).map((at) => ({
    name: new Date(at * 1_000).toISOString().slice(0, 13),
    at,
  }));
}

function noRange(): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'A backfill takes a range.',
    remedy: 'Say from when to when.',
  });
}
