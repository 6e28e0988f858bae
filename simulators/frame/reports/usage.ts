import { hash, share } from '../../random.ts';
import type { Reply } from '../../send-reply.ts';
import type { HeldRow } from '../../simulator.ts';
import type { HeldSpan } from '../api/log.ts';
import { type Bounds, isWithin, type Range, readRange } from '../api/range.ts';
import { json, Refusal } from '../api/replies.ts';
import { DAY_MS, HOUR_MS, readDay } from '../moments.ts';
import { ACCOUNTS } from '../organization.ts';
import type { ActivityOptions } from './user-activities.ts';

/** What `total` counts. It is not known. */
export const USAGE_TOTALS = ['entries', 'accounts', 'hours'] as const;

/** Behaviour that the vendor's documentation leaves open. */
export interface UsageOptions extends Pick<ActivityOptions, 'lastDay' | 'usageDays'> {
  readonly seed: number;
  readonly bounds: Bounds;
  readonly usageTotal: (typeof USAGE_TOTALS)[number];
}

/** The two reports: servers by the hour, and disks. */
export type UsageEndpoint = 'usage' | 'disk_volume_usage';

interface Entry {
  readonly account: number;
  /** Fields that describe it, such as `server_type`. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly hours: number;
  readonly time: number;
}

/** How long the figures of an hour keep growing after its end. */
export const SETTLES_AFTER_MS = 2 * HOUR_MS;

const RESOLUTIONS: Readonly<Record<string, (time: number) => number>> = {
  by_hour: (time) => Math.floor(time / HOUR_MS) * HOUR_MS,
  by_day: (time) => Math.floor(time / DAY_MS) * DAY_MS,
  by_month: (time) => Date.parse(`${new Date(time).toISOString().slice(0, 7)}-01T00:00:00Z`),
  by_year: (time) => Date.parse(`${new Date(time).toISOString().slice(0, 4)}-01-01T00:00:00Z`),
};

const SERVERS = [
  {
    datacenter: null,
    datacenter_id: 'gateway-prod.1',
    instance_type: null,
    instance_type_id: 'gateway-prod.3152',
    server_type: 'production',
  },
  {
    datacenter: null,
    datacenter_id: 'gateway-prod.1',
    instance_type: null,
    instance_type_id: 'gateway-prod.3152',
    server_type: 'sandbox',
  },
  {
    datacenter: null,
    datacenter_id: 'gateway-prod.3',
    instance_type: null,
    instance_type_id: 'gateway-prod.3160',
    server_type: 'utility',
  },
] as const;
const DISKS = [
  { datacenter: null, datacenter_id: 'gateway-prod.3', disk_volume_type_id: 'gp2' },
  { datacenter: null, datacenter_id: 'gateway-prod.1', disk_volume_type_id: 'io1' },
] as const;
const MAX_SERVERS = 12;
const IDLE_SHARE = 0.15;

/** Makes `usage` and `disk_volume_usage`, whose figures grow for a while and then stay. */
export function createUsage(options: UsageOptions, clock: () => number) {
  function* entriesIn(endpoint: UsageEndpoint, range: Range, bounds: Bounds, at: number): Generator<Entry> {
    const oldest = clock() - options.usageDays * DAY_MS;
    const first = Math.max(Math.floor(range.from / 1000 / HOUR_MS), Math.ceil(oldest / HOUR_MS)) * HOUR_MS;
    for (let hour = first; hour <= Math.min(range.to / 1000, at); hour += HOUR_MS) {
      if (!isWithin(hour * 1000, range, bounds)) continue;
      for (const account of ACCOUNTS.keys()) yield* entriesOf(endpoint, account, hour, at);
    }
  }

  function* entriesOf(endpoint: UsageEndpoint, account: number, hour: number, at: number): Generator<Entry> {
    const kinds = endpoint === 'usage' ? SERVERS : DISKS;
    for (const [kind, labels] of kinds.entries()) {
      const seed = hash(options.seed, hour, account, kind, endpoint.length);
      if (share(seed, 61) < IDLE_SHARE) continue;
      const final = 1 + (hash(seed, 62) % MAX_SERVERS);
      const hours = Math.floor(final * Math.min(1, (at - hour) / (HOUR_MS + SETTLES_AFTER_MS)));
      // Entries of zero hours are not listed.
      if (hours > 0)
        yield { account, labels, hours, time: hour, ...(endpoint !== 'usage' && { size: 20 + (seed % 16) * 10 }) };
    }
  }

  function reply(endpoint: UsageEndpoint, parameters: URLSearchParams): Reply {
    const now = clock();
    const resolution = RESOLUTIONS[parameters.get('resolution_type') ?? 'by_hour'];
    if (!resolution) throw new Refusal(400, `resolution_type must be one of ${Object.keys(RESOLUTIONS).join(', ')}`);
    const [range, bounds] = rangeOf(endpoint, parameters, now);
    const wanted = [...entriesIn(endpoint, range, bounds, now)].filter(({ labels }) => isAskedFor(labels, parameters));
    const entries = summedUp(wanted, resolution);
    const data = ACCOUNTS.flatMap(({ externalId }, account) => {
      const usage = entries.filter((entry) => entry.account === account).map(written);
      return usage.length === 0 ? [] : [{ account: null, account_external_id: externalId, usage }];
    });
    const hours = entries.reduce((sum, entry) => sum + entry.hours, 0);
    const total = { entries: entries.length, accounts: data.length, hours }[options.usageTotal];
    return json(JSON.stringify({ data, total }), entries.length);
  }

  /** Disks can be asked for by days or by times: the documentation has both. */
  function rangeOf(endpoint: UsageEndpoint, parameters: URLSearchParams, now: number): readonly [Range, Bounds] {
    const [from, to] = ['from_date', 'to_date'].map((name) => readDay(parameters.get(name) ?? ''));
    if (endpoint === 'disk_volume_usage' && from !== undefined && to !== undefined) {
      const end = options.lastDay === 'inclusive' ? to + DAY_MS : to;
      return [{ from: from * 1000, to: end * 1000 }, 'half-open'];
    }
    const lastDay = { from: (now - DAY_MS) * 1000, to: now * 1000 };
    return [readRange(parameters, ['from_date', 'to_date'], lastDay), options.bounds];
  }

  return {
    reply,
    /** Hour by hour, each entry with its account, with its figures at `visibleAt`. */
    *held(endpoint: UsageEndpoint, query: HeldSpan): Generator<HeldRow> {
      const range = { from: query.from * 1000, to: query.to * 1000 };
      let id = 0;
      for (const entry of entriesIn(endpoint, range, 'half-open', query.visibleAt)) {
        const account_external_id = ACCOUNTS[entry.account]?.externalId;
        const text = JSON.stringify({ account: null, account_external_id, ...written(entry) });
        yield { id: id++, time: entry.time, shownAt: entry.time, text };
      }
    },
  };
}

function isAskedFor(labels: Entry['labels'], parameters: URLSearchParams): boolean {
  const names = ['server_type', 'instance_type_id', 'datacenter_id', 'disk_volume_type_id'];
  return names.every((name) => {
    const wanted = parameters.get(name);
    return wanted === null || wanted === 'all' || !(name in labels) || labels[name] === wanted;
  });
}

/** Adds up the hours of equal entries in a day, month or year. */
function summedUp(entries: readonly Entry[], resolution: (time: number) => number): readonly Entry[] {
  const sums = new Map<string, Entry>();
  for (const entry of entries) {
    const time = resolution(entry.time);
    const key = JSON.stringify([entry.account, entry.labels, time]);
    sums.set(key, { ...entry, time, hours: entry.hours + (sums.get(key)?.hours ?? 0) });
  }
  return [...sums.values()];
}

function written({ labels, size, hours, time }: Entry): object {
  return { ...labels, ...(size !== undefined && { disk_volume_size_used: size }), hours_used: hours, time };
}
