import type { DrainOptions } from '../cloud/drain-cloud.ts';
import type { Command } from '../command.ts';
import type { RunOptions } from '../commands/run.ts';
import { CLOUD, FEEDS, JSON_RESULT } from './shared.ts';

/** Commands that forward, and that stop it. */
export const FORWARD: readonly Command[] = [
  {
    name: 'run',
    about: 'forward: vendors -> Tidemark -> files, on this machine, with all of AWS that it takes embedded',
    options: [
      { flags: '--once', about: 'until every feed is caught up, then end: 0, or 1 if a feed failed' },
      { flags: '--ui', about: 'with a page in the browser, whose address is told on stderr; not with --cloud' },
      ...FEEDS,
    ],
    examples: [
      ['run', 'forward until Ctrl-C; without a tidemark.json, the shipped simulators'],
      ['run --ui', 'the same, with a page to look at, to search events in, and to switch faults on'],
      ['run --once --json', 'read everything that is there, and print a summary for a script'],
      ['run --once --cloud --feed "*/acme"', 'do now what the schedules in AWS would do later'],
    ],
    async run(options) {
      const given = options as RunOptions & { cloud: boolean };
      if (given.cloud) return await (await import('../cloud/run-cloud.ts')).runInCloud(given);
      return await (await import('../commands/run.ts')).run(given);
    },
  },
  {
    name: 'drain',
    about: 'with --cloud, before anything is deleted: stop reading, and wait until nothing is in the delivery streams',
    options: [
      { flags: '--source <id>', about: 'only what reads this source', completes: 'source' },
      { flags: '--resume', about: 'let it read again' },
      { flags: '--config <file>', about: 'the configuration (default: tidemark.json)' },
      CLOUD,
      JSON_RESULT,
    ],
    examples: [
      ['drain --cloud', 'stop all reading, and wait until what was accepted has arrived'],
      ['drain --cloud --resume', 'let it read again'],
    ],
    run: async (options) => await (await import('../commands/drain.ts')).drain(options as DrainOptions),
  },
];
