import type { ParseArgsOptionsConfig } from 'node:util';
import type { DrainOptions } from './cloud/drain-cloud.ts';
import { runInCloud } from './cloud/run-cloud.ts';
import { backfill } from './commands/backfill.ts';
import { doctor } from './commands/doctor.ts';
import { drain } from './commands/drain.ts';
import { lateness } from './commands/lateness.ts';
import { ledger } from './commands/ledger.ts';
import { move } from './commands/move.ts';
import { quarantine } from './commands/quarantine.ts';
import { redrive } from './commands/redrive.ts';
import { type RunOptions, run } from './commands/run.ts';
import { setSecret } from './commands/secret.ts';
import { status } from './commands/status.ts';
import { verify } from './commands/verify.ts';
import { TYPES_THAT_REFUSE, TYPES_WITH_SECRET } from './views/type-titles.ts';

/** The options given on the command line, with defaults filled in. Each command knows which it declared. */
export type Given = object;

/** A command of the command line. `run` resolves to the exit code. */
export interface Command {
  readonly about: string;
  readonly options: ParseArgsOptionsConfig;
  /** Options that must be given. */
  readonly needs?: readonly string[];
  /** Whether the command accepts positional arguments. */
  readonly takesWords?: boolean;
  /** One line for each option: its name and its meaning. */
  readonly help: readonly (readonly [string, string])[];
  run(options: Given, words: readonly string[]): Promise<number>;
}

const PLACES = {
  config: { type: 'string' },
  state: { type: 'string', default: '.tidemark' },
  secrets: { type: 'string' },
} as const;

const CLOUD = { cloud: { type: 'boolean', default: false } } as const;

const CONFIGURED = { ...PLACES, ...CLOUD } as const;

const CONFIGURED_HELP = [
  ['--config FILE', 'the configuration (default: tidemark.json)'],
  ['--secrets FILE', 'a JSON object of secret name -> secret value (default: STATE/secrets.json)'],
  ['--state DIR', 'where checkpoints, secrets and events are kept (default: .tidemark)'],
  ['--cloud', 'into Secrets Manager in the AWS account (AWS_PROFILE, AWS_REGION), instead of the file'],
] as const;

const HERE = {
  ...PLACES,
  feed: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const HERE_HELP = [
  ['--feed PATTERN', 'only feeds whose name <source>/<stream>/<connection> fits; * stands for anything'],
  ['--config FILE', 'the configuration (default: tidemark.json; without one, the shipped simulators)'],
  ['--state DIR', 'where checkpoints, secrets and events are kept (default: .tidemark)'],
  ['--out DIR', 'where events go (default: STATE/out)'],
  ['--secrets FILE', 'a JSON object of secret name -> secret value (default: STATE/secrets.json)'],
  ['--json', 'the result as one JSON object on stdout'],
] as const;

const FEEDS = { ...HERE, ...CLOUD } as const;

const FEEDS_HELP = [
  ...HERE_HELP,
  ['--cloud', 'in the AWS account where it is deployed (AWS_PROFILE, AWS_REGION) instead of in the state directory'],
] as const;

const RANGE = { from: { type: 'string' }, to: { type: 'string' }, since: { type: 'string' } } as const;

const RANGE_HELP = [
  ['--from T --to T', 'the range; a day such as 2026-01-10 stands for its beginning'],
  ['--since D', 'instead: the time up to now, such as 24h or 7d'],
] as const;

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    about: 'forward: vendors -> Tidemark -> files, on this machine, with all of AWS that it takes embedded',
    options: { ...FEEDS, once: { type: 'boolean', default: false } },
    help: [['--once', 'until every feed is caught up, then end: 0, or 1 if a feed failed'], ...FEEDS_HELP],
    run: async (options) => {
      const given = options as RunOptions & { cloud: boolean };
      return given.cloud ? await runInCloud(given) : await run(given);
    },
  },
  secret: {
    about:
      'set SOURCE/CONNECTION or set DESTINATION: put credentials in, unseen; from stdin as JSON without a terminal',
    options: CONFIGURED,
    takesWords: true,
    help: [
      [
        'set NAME',
        `whose secret it is: SOURCE/CONNECTION for a connection, or a ${TYPES_WITH_SECRET} destination’s id`,
      ],
      ...CONFIGURED_HELP,
    ],
    run: setSecret,
  },
  status: {
    about: 'how each feed stands: watermark, lag, failures, quarantine, jobs',
    options: FEEDS,
    help: FEEDS_HELP,
    run: status,
  },
  doctor: {
    about: 'why nothing arrives: one check a line, what to mend first before the rest; 1 if a check is red',
    options: FEEDS,
    help: FEEDS_HELP,
    run: async (options) => await doctor(options as Parameters<typeof doctor>[0]),
  },
  verify: {
    about: 'ask the vendor again, compare with what was delivered, and say what is missing',
    options: { ...FEEDS, ...RANGE, repair: { type: 'boolean', default: false } },
    help: [
      ...RANGE_HELP,
      ['', '(default: the latest whole day that is not read again any more)'],
      ['--repair', 'deliver what is missing, and only that'],
      ...FEEDS_HELP,
    ],
    run: verify,
  },
  lateness: {
    about: 'how late events came, and the overlap that would have caught them',
    options: FEEDS,
    help: FEEDS_HELP,
    run: lateness,
  },
  ledger: {
    about: 'what was delivered, hour by hour, with digests that add up',
    options: { ...FEEDS, ...RANGE },
    help: [...RANGE_HELP, ['', '(default: the last 7 days)'], ...FEEDS_HELP],
    run: ledger,
  },
  backfill: {
    about: 'read a range of the past beside the live feed; again to go on with it',
    options: {
      ...FEEDS,
      ...RANGE,
      id: { type: 'string' },
      resend: { type: 'boolean', default: false },
      cancel: { type: 'boolean', default: false },
    },
    needs: ['feed'],
    help: [
      ...RANGE_HELP,
      ['--id NAME', 'its name (default: made of the range), to go on with it or to do it once more'],
      ['--resend', 'deliver also what was delivered before, with the same event ids'],
      ['--cancel', 'end it where it is'],
      ...FEEDS_HELP,
    ],
    run: backfill,
  },
  quarantine: {
    about: 'what no destination could take whole, and what could not be read, with the reasons',
    options: FEEDS,
    help: FEEDS_HELP,
    run: quarantine,
  },
  redrive: {
    about: 'send again what lies in quarantine',
    options: { ...FEEDS, id: { type: 'string', multiple: true }, destination: { type: 'string' } },
    help: [
      ['--id ID', 'only this entry; may stand several times'],
      [
        '--destination ID',
        `with --cloud, instead of --feed: what ${TYPES_THAT_REFUSE} did not take and Firehose has put aside`,
      ],
      ...FEEDS_HELP,
    ],
    run: redrive,
  },
  move: {
    about: 'set a feed’s watermark by hand: back, to read again, or on, past what is then not read',
    options: { ...FEEDS, to: { type: 'string' } },
    needs: ['feed', 'to'],
    help: [['--to T', 'the new watermark'], ...FEEDS_HELP],
    run: move,
  },
  drain: {
    about: 'with --cloud, before anything is deleted: stop reading, and wait until nothing is in the delivery streams',
    options: {
      ...CLOUD,
      config: { type: 'string' },
      source: { type: 'string' },
      resume: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    help: [
      ['--source ID', 'only what reads this source'],
      ['--resume', 'let it read again'],
      ['--config FILE', 'the configuration (default: tidemark.json)'],
      ['--json', 'the result as one JSON object on stdout'],
      ['--cloud', 'in the AWS account where it is deployed (AWS_PROFILE, AWS_REGION)'],
    ],
    run: async (options) => await drain(options as DrainOptions),
  },
};

/** Two columns of text. The second is not wrapped: its lines are short. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}\n`).join('');
}

const ABOUTS = Object.entries(COMMANDS).map(([name, { about }]) => [`tidemark ${name}`, about] as const);

export const HELP = `tidemark: forwards audit logs, and loses none

${table(ABOUTS)}
  tidemark COMMAND --help says what a command takes. Beside a running tidemark run, the others work in the same state directory;
  with --cloud, on what is deployed in an AWS account.
`;

export function helpOf(name: string, { about, help }: Command): string {
  return `tidemark ${name}: ${about}\n\n${table(help)}`;
}
