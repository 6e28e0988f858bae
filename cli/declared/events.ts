import { FORMATS } from '../../functions/formats/formats.ts';
import type { Command } from '../command.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { PreviewCommandOptions } from '../preview/preview.ts';
import type { PullOptions } from '../pull/pull.ts';
import type { TapOptions } from '../tap/options.ts';
import { CLOUD, CONFIG, FEED, JSON_RESULT, OUT, RANGE, SECRETS, STATE } from './shared.ts';

/** Commands that show single events: what a vendor has, what becomes of it, and what is delivered. */
export const EVENTS: readonly Command[] = [
  {
    name: 'sources',
    about: 'what can be read: streams, permissions in the vendor’s words, timing, lateness, retention, requests',
    details:
      'Requests a run were measured with the simulators, without events. Events a minute and requests an event are those of your own ' +
      'feeds in the last 7 days, by their ledger. What nobody has measured is unknown.',
    arguments: [{ name: 'source', about: 'only this source', optional: true, completes: 'source' }],
    options: [CONFIG, STATE, SECRETS, CLOUD, JSON_RESULT],
    examples: [
      ['sources', 'everything that can be read'],
      ['sources SOURCE', 'one vendor'],
      ['sources --cloud --json', 'with what was measured of the deployed feeds, for a script'],
    ],
    run: async (options, words) => await (await import('../sources/sources.ts')).sources(options as FeedOptions, words),
  },
  {
    name: 'pull',
    about: 'read one feed once, and write its events, one a line; nothing is delivered or remembered',
    details:
      'Without a range, the last hour. A snapshot has no range: its one event, of kind state, lists all items as they are now.\n' +
      'Events come in the order in which the vendor gives them, each once. The vendor’s quota is kept as in tidemark run.\n' +
      'What is read is said on stderr. On stdout, characters that a terminal obeys are escaped; --out gets them as they are.',
    arguments: [{ name: 'feed', about: 'SOURCE/STREAM/CONNECTION; it need not be enabled', completes: 'feed' }],
    options: [
      ...RANGE,
      { flags: '--format <format>', about: 'the form of the events', default: 'ecs', choices: FORMATS },
      { flags: '--limit <number>', about: 'end after this many events' },
      { flags: '--out <file>', about: 'write to this file instead of stdout' },
      CONFIG,
      STATE,
      SECRETS,
      { ...CLOUD, about: 'is refused: it is this machine that asks the vendor' },
    ],
    examples: [
      ['pull SOURCE/STREAM/acme --since 1h | jq', 'look at the last hour'],
      ['pull SOURCE/STREAM/acme --limit 1 --format raw', 'one record as the vendor sends it'],
      ['pull SOURCE/STREAM/acme --from 2026-01-10 --to 2026-01-11 --format cef --out day.cef', 'a day, into a file'],
    ],
    run: async (options, words) => await (await import('../pull/pull.ts')).pull(options as PullOptions, words),
  },
  {
    name: 'preview',
    about: 'show what becomes of a vendor’s record: all formats, what was not mapped, what each field is made from',
    details:
      'The record comes from a file, from stdin, or is pasted into the terminal. It may be one record, a whole answer of the vendor, ' +
      'a list of records, or one record a line: JSON, or for a log in CSV the header row and the rows. No vendor is asked.\n' +
      'What fields are made from is found out by trying: each value of the record is changed, and the fields that change are made from it.\n' +
      'An item of a snapshot is shown as one that was just created. CEF and OCSF have the versions of the destinations in the configuration.',
    arguments: [
      {
        name: 'stream',
        about: 'SOURCE/STREAM; with a third part, /CONNECTION, the settings of that connection count',
        completes: 'stream',
      },
      { name: 'file', about: 'the record (default: stdin)', optional: true },
    ],
    options: [
      { flags: '--record <number>', about: 'which record of several', default: '1' },
      { ...CONFIG, about: 'the configuration with the connection and the destinations (default: tidemark.json)' },
      {
        ...JSON_RESULT,
        about: 'the result as one JSON object: raw, ecs, cef, ocsf, envelopes, unmapped, rules, events',
      },
    ],
    examples: [
      ['preview SOURCE/STREAM record.json', 'a record in a file'],
      ['preview SOURCE/STREAM', 'paste a record, then press Ctrl-D'],
      ['pull SOURCE/STREAM/acme --limit 1 --format raw | tidemark preview SOURCE/STREAM', 'a record of the vendor'],
      [
        'preview SOURCE/STREAM answer.json --record 3 --json | jq .rules',
        'what the fields of the third record are made from',
      ],
    ],
    run: async (options, words) =>
      await (await import('../preview/preview.ts')).preview(options as PreviewCommandOptions, words),
  },
  {
    name: 'tap',
    about: 'show events as they are delivered: by feed, in any format, all or a sample',
    details:
      'On this machine, it follows what tidemark run delivers to files from now on; Ctrl-C or --limit ends it. With --cloud, it shows the ' +
      'newest events in the archive of the deployment, 100 unless --limit says otherwise, and ends; Firehose writes them some minutes late.\n' +
      'Events come from a destination that has the format, or from one of format ecs, of which every format is made. What stdout gets is ' +
      'safe for a terminal: characters that a terminal obeys are escaped.',
    options: [
      FEED,
      { flags: '--format <format>', about: 'the form of the events', default: 'ecs', choices: FORMATS },
      { flags: '--limit <number>', about: 'end after this many events' },
      { flags: '--sample <number>', about: 'show one of so many events', default: '1' },
      CONFIG,
      STATE,
      OUT,
      SECRETS,
      CLOUD,
    ],
    examples: [
      ['tap', 'everything that is delivered, as ECS'],
      ['tap --feed "SOURCE/*" --format cef --sample 10', 'one of ten events of a source, as CEF'],
      ['tap --cloud --limit 5 | jq', 'the newest five events in the archive'],
    ],
    run: async (options) => await (await import('../tap/tap.ts')).tap(options as TapOptions),
  },
];
