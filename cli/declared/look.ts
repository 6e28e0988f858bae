import type { Command } from '../command.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { RangeOptions } from '../feeds/range.ts';
import { CLOUD, CONFIG, FEEDS, OUT, RANGE, SECRETS, STATE, UTC } from './shared.ts';

/** Commands that show something, and change nothing. */
export const LOOK: readonly Command[] = [
  {
    name: 'status',
    about: 'how each feed stands: watermark, lag, failures, quarantine, jobs',
    options: [{ flags: '--watch', about: 'on the whole terminal, again and again, until q' }, UTC, ...FEEDS],
    examples: [
      ['status', 'all feeds'],
      ['status --watch', 'look on while a tidemark run works in the same state directory'],
      ['status --cloud --feed "*/acme"', 'the feeds of one connection, of the deployment'],
    ],
    run: async (options) => await (await import('../commands/status.ts')).status(options as StatusOptions),
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
  {
    name: 'mcp',
    about: 'let an assistant look: an MCP server on stdin and stdout with tools that only read',
    details:
      'Tools: status, doctor, verify (without repair), lateness, ledger, quarantine, preview, sources. No secret and no event passes through it.',
    options: [CONFIG, STATE, OUT, SECRETS, CLOUD],
    examples: [
      ['mcp', 'what an assistant on this machine starts'],
      ['mcp --cloud --config tidemark.json', 'the same for the deployment'],
    ],
    run: async (options) =>
      await (await import('../mcp/serve.ts')).serve(options as Omit<FeedOptions, 'json' | 'feed'>),
  },
];
