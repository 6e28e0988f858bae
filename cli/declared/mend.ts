import type { Command } from '../command.ts';
import type { EvidenceOptions } from '../commands/evidence.ts';
import type { RedriveOptions } from '../commands/redrive.ts';
import type { VerifyOptions } from '../commands/verify.ts';
import type { BackfillOptions } from '../feeds/backfill-options.ts';
import type { MoveOptions } from '../move/move.ts';
import { TYPES_THAT_REFUSE } from '../views/type-titles.ts';
import { CLOUD, CONFIG, FEED, FEEDS, JSON_RESULT, RANGE, SECRETS, STATE, UTC } from './shared.ts';

const NEEDED_FEEDS = FEEDS.map((option) =>
  option.flags.startsWith('--feed ') ? { ...option, required: true } : option,
);

/** Commands that prove that nothing is missing, and deliver what is. */
export const MEND: readonly Command[] = [
  {
    name: 'verify',
    about: 'ask the vendor again, compare with what was delivered, and say what is missing',
    details:
      'Without a range, the latest whole day that is not read again any more. Exit code 1 while something is missing or could not be compared.',
    options: [...RANGE, { flags: '--repair', about: 'deliver what is missing, and only that' }, ...FEEDS],
    examples: [
      ['verify --since 24h', 'compare the last 24 hours of all feeds'],
      ['verify --from 2026-01-10 --to 2026-01-11 --repair', 'compare a day, and deliver what is missing'],
    ],
    run: async (options) => await (await import('../commands/verify.ts')).verify(options as VerifyOptions),
  },
  {
    name: 'evidence',
    about: 'what an auditor takes: what was read, delivered, missing, repaired and lost on each day, signed',
    details:
      'Writes a JSON file, a page to print, a manifest with the hashes of both, its signature and the public key. No vendor is asked. What was not recorded says unknown. With --check: exit code 0 if it is whole, 1 if anything was changed.',
    options: [
      { flags: '--month <month>', about: 'the month, such as 2026-10 (UTC)' },
      { flags: '--from <time>', about: 'instead: the first day' },
      { flags: '--to <time>', about: 'the end of the range, not included: 2026-11-01 ends with October' },
      { flags: '--out <dir>', about: 'where the files go (default: evidence)' },
      { flags: '--check <file>', about: 'check one that was made before, named by one of its files or its directory' },
      {
        flags: '--key <file>',
        about: 'the public key that you have kept, in PEM; else the one beside the files is used',
      },
      FEED,
      CONFIG,
      STATE,
      SECRETS,
      CLOUD,
      JSON_RESULT,
    ],
    examples: [
      ['evidence --month 2026-10 --cloud --out october', 'of the deployment, signed with its key in KMS'],
      ['evidence --from 2026-10-05 --to 2026-10-12', 'of a week, from the state directory'],
      ['evidence --check october --key auditor.pem', 'was anything changed since it was signed?'],
    ],
    run: async (options) => await (await import('../commands/evidence.ts')).evidence(options as EvidenceOptions),
  },
  {
    name: 'backfill',
    about: 'read a range of the past beside the live feed; again to go on with it',
    options: [
      ...RANGE,
      { flags: '--id <name>', about: 'its name (default: made of the range), to go on with it or to do it once more' },
      { flags: '--resend', about: 'deliver also what was delivered before, with the same event ids' },
      { flags: '--cancel', about: 'end it where it is' },
      UTC,
      ...NEEDED_FEEDS,
    ],
    examples: [
      ['backfill --feed "*/acme" --from 2026-01-01 --to 2026-02-01', 'read a month'],
      ['backfill --feed "*/acme" --from 2026-01-01 --to 2026-02-01 --cancel', 'end it where it is'],
    ],
    run: async (options) => await (await import('../commands/backfill.ts')).backfill(options as BackfillOptions),
  },
  {
    name: 'redrive',
    about: 'send again what lies in quarantine',
    options: [
      { flags: '--id <id>', about: 'only this entry; may be given several times', many: true },
      {
        flags: '--destination <id>',
        about: `instead of --feed: what ${TYPES_THAT_REFUSE} did not take and Firehose has put aside`,
        completes: 'destination',
      },
      ...FEEDS,
    ],
    examples: [
      ['redrive --feed "*"', 'everything that lies in the table'],
      ['redrive --cloud --destination soc', 'what a destination has refused'],
    ],
    run: async (options) => await (await import('../commands/redrive.ts')).redrive(options as RedriveOptions),
  },
  {
    name: 'move',
    about: 'set a feed’s watermark by hand: back, to read again, or on, past what is then not read',
    details:
      'Says first what would be skipped or read again, and asks. An event tells the SIEM of the move. Exit code 1 if the answer is no, 130 if it is Ctrl-C: nothing has changed then.',
    options: [
      { flags: '--to <time>', about: 'the new watermark', required: true },
      { flags: '--yes', about: 'without a question, for scripts' },
      UTC,
      ...NEEDED_FEEDS,
    ],
    examples: [
      ['move --feed "*/acme" --to 2026-01-10', 'read again from this day on; asks first'],
      ['move --feed "*/acme" --to 2026-01-10 --yes --json', 'the same in a script'],
    ],
    run: async (options) => await (await import('../move/move.ts')).move(options as MoveOptions),
  },
];
