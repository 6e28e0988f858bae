import type { Command } from '../command.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { DiagCommandOptions } from '../diag/diag.ts';
import type { ExamineOptions } from '../doctor/examine-options.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { RangeOptions } from '../feeds/range.ts';
import { CLOUD, CONFIG, FEEDS, OUT, RANGE, SECRETS, STATE, UTC } from './shared.ts';
import { UI } from './ui.ts';

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
    name: 'doctor',
    about: 'why nothing arrives: one check a line, and what to do; what is to be mended first comes first',
    details:
      'It asks each vendor a few questions, delivers nothing and moves no watermark. A check that would fail of the same cause as another has no line of its own. Exit code 1 if a check is red.',
    options: [
      {
        flags: '--sign-in-again',
        about: 'sign in although the vendor has refused the same credentials lately; too often locks the user out',
      },
      ...FEEDS,
    ],
    examples: [
      ['doctor', 'all connections and destinations'],
      ['doctor --feed "*/acme"', 'one connection'],
      ['doctor --cloud', 'the deployment: stacks, code, schedules, alarms and streams, too'],
      ['doctor --json | jq ".checks[] | select(.ok | not)"', 'the red checks, for a script'],
    ],
    run: async (options) => await (await import('../doctor/doctor.ts')).doctor(options as ExamineOptions),
  },
  {
    name: 'diag',
    about: 'one file for a bug report, without secrets and events',
    details:
      'In it: versions, configuration, the state of the feeds, a week of the ledger, the codes of the last errors; with --cloud the alarms, with --with-doctor what doctor finds.',
    options: [
      { flags: '--with-doctor', about: 'ask the vendors, too, and add the list of tidemark doctor' },
      { flags: '--out <file>', about: 'the file (default: tidemark-diag-TIME.json in this folder)' },
      ...FEEDS.filter(({ flags }) => !flags.startsWith('--out ')),
    ],
    examples: [
      ['diag', 'a file in this folder'],
      ['diag --cloud --with-doctor --out report.json', 'of the deployment, with what doctor finds'],
    ],
    run: async (options) => await (await import('../diag/diag.ts')).diag(options as DiagCommandOptions),
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
  UI,
];
