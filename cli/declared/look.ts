import type { Command } from '../command.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { RangeOptions } from '../feeds/range.ts';
import { FEEDS, RANGE, UTC } from './shared.ts';

/** Commands that show something, and change nothing. */
export const LOOK: readonly Command[] = [
  {
    name: 'status',
    about: 'how each feed stands: watermark, lag, failures, quarantine, jobs',
    options: [UTC, ...FEEDS],
    examples: [
      ['status', 'all feeds'],
      ['status --cloud --feed "*/acme"', 'the feeds of one connection, of the deployment'],
    ],
    run: async (options) => await (await import('../commands/status.ts')).status(options as FeedOptions),
  },
  {
    name: 'lateness',
    about: 'how late events came, and the overlap that would have caught them',
    options: [UTC, ...FEEDS],
    examples: [['lateness --cloud', 'is the overlap long enough?']],
    run: async (options) => await (await import('../commands/lateness.ts')).lateness(options as FeedOptions),
  },
  {
    name: 'ledger',
    about: 'what was delivered, hour by hour, with digests that add up',
    details: 'Hours are in UTC. Without a range, the last 7 days.',
    options: [...RANGE, ...FEEDS],
    examples: [
      ['ledger --since 24h', 'the last day'],
      ['ledger --from 2026-01-10 --to 2026-01-11 --json', 'one day, for a script'],
    ],
    run: async (options) => await (await import('../commands/ledger.ts')).ledger(options as FeedOptions & RangeOptions),
  },
  {
    name: 'quarantine',
    about: 'what no destination could take whole, and what could not be read, with the reasons',
    options: [UTC, ...FEEDS],
    examples: [['quarantine --cloud', 'what is in the table, and what Firehose has put aside']],
    run: async (options) => await (await import('../commands/quarantine.ts')).quarantine(options as FeedOptions),
  },
];
