import * as z from 'zod';
import { findSources } from '../../lib/plan/find-sources.ts';
import { examine } from '../doctor/examine.ts';
import { lookAt } from '../feeds/look-at.ts';
import { hasPast, open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { rangeOf } from '../feeds/range.ts';
import { workOff } from '../feeds/work-off.ts';
import { findStream } from '../preview/find-stream.ts';
import { previewRecord } from '../preview/preview-record.ts';
import { describeSources } from '../sources/describe-sources.ts';

/** A tool as a model sees it: what it is for, what it takes, and what it answers with. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly input: z.ZodRawShape;
  /** Whether a vendor is asked: it takes a while, and uses some of the quota. */
  readonly asksVendors?: boolean;
  run(given: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

const feed = z
  .string()
  .optional()
  .describe('Only feeds whose name SOURCE/STREAM/CONNECTION fits; * stands for anything. Without it, all feeds.');

const range = {
  from: z.string().optional().describe('Beginning of the range: a time such as 2026-01-10T09:00:00Z, or a day'),
  to: z.string().optional().describe('End of the range, not included; now if left out'),
  since: z.string().optional().describe('In place of from and to: the time up to now, such as 24h or 7d'),
};

type Given = { readonly feed?: string; readonly from?: string; readonly to?: string; readonly since?: string };

/** The tools, for one place: a state directory or a deployment. None of them changes anything. */
export function toolsFor(place: Omit<FeedOptions, 'json' | 'feed'>): Tool[] {
  const optionsOf = ({ feed: pattern }: Given): FeedOptions => ({
    ...place,
    json: true,
    ...(pattern !== undefined && { feed: pattern }),
  });

  async function looksOf(given: Given) {
    const opened = await open(optionsOf(given));
    try {
      return await lookAt(opened, rangeOf(given, new Date()));
    } finally {
      await opened.close();
    }
  }

  return [
    {
      name: 'status',
      title: 'How each feed stands',
      about: 'Watermark, lag, failures with their remedies, conditions that mean that events are missing, and jobs.',
      input: { feed },
      async run(given) {
        const { looks, left } = await looksOf(given);
        return { feeds: looks.map(({ ledger: _, ...rest }) => rest), left };
      },
    },
    {
      name: 'doctor',
      title: 'Why nothing arrives',
      about:
        'One check each of secrets, clocks, sign-in, permissions, streams, quota and destinations: what was found, and the remedy of each that failed. What is to be mended first comes first. Asks each vendor for a page or two.',
      input: { feed },
      asksVendors: true,
      async run(given: Given) {
        const checks = await examine(optionsOf(given));
        return { ok: checks.every(({ ok }) => ok), checks };
      },
    },
    {
      name: 'lateness',
      title: 'How late events came',
      about: 'A histogram of each feed’s lateness, and the overlap that would have caught 99.9 % of the events or all.',
      input: { feed },
      async run(given) {
        const { looks } = await looksOf(given);
        return { feeds: looks.flatMap(({ feed: name, lateness }) => (lateness ? [{ feed: name, lateness }] : [])) };
      },
    },
    {
      name: 'ledger',
      title: 'What was delivered, hour by hour',
      about:
        'Delivered events of each hour and destination with digests, and what each day’s runs did. Without a range, 7 days.',
      input: { feed, ...range },
      async run(given: Given) {
        const usual = given.from === undefined && given.since === undefined ? { since: '7d' } : {};
        const { looks } = await looksOf({ ...given, ...usual });
        return {
          feeds: looks
            .filter(({ kind }) => kind === 'events')
            .map(({ feed: name, ledger }) => ({ feed: name, ledger })),
        };
      },
    },
    {
      name: 'quarantine',
      title: 'What could not be delivered whole',
      about: 'Entries in quarantine with their reasons; the records themselves are not shown.',
      input: { feed },
      async run(given) {
        const { looks } = await looksOf(given);
        return { feeds: looks.map(({ feed: name, quarantine }) => ({ feed: name, quarantine })) };
      },
    },
    {
      name: 'verify',
      title: 'Compare with the vendor',
      about:
        'Asks the vendor again, compares with what was delivered, and says what is missing, window by window. Repairs nothing. Without a range, the latest whole day that is not read again any more.',
      input: { feed, ...range },
      asksVendors: true,
      async run(given: Given) {
        const wanted = rangeOf(given, new Date());
        const opened = await open(optionsOf(given), hasPast);
        try {
          const reports = await workOff(opened, { act: 'verify', ...wanted }, { title: 'verify', json: true });
          return {
            feeds: reports.map(({ feed: name, state, job, warnings, error }) => ({
              feed: name,
              state,
              job,
              warnings,
              error,
            })),
          };
        } finally {
          await opened.close();
        }
      },
    },
    {
      name: 'sources',
      title: 'What can be read',
      about: 'The vendors and their streams: permissions in the vendor’s words, timing, lateness, retention, requests.',
      input: {},
      async run() {
        return { sources: describeSources(await findSources()) };
      },
    },
    {
      name: 'preview',
      title: 'What becomes of a record',
      about:
        'A vendor’s record as raw, ECS, CEF, OCSF and in the envelopes of destinations: which of its fields were not mapped, and from what each ECS field was made.',
      input: {
        stream: z.string().describe('SOURCE/STREAM; sources lists them'),
        record: z
          .string()
          .describe('The record as the vendor sends it, or a whole answer; for CSV with its header row'),
      },
      async run({ stream: name, record }) {
        const { source, stream, ...found } = await findStream(String(name), place.config);
        return { ...previewRecord(source, stream, String(record), found) };
      },
    },
  ];
}
