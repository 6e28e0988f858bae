import type { CommandOption } from '../command.ts';

// Options that several commands take.

export const JSON_RESULT: CommandOption = { flags: '--json', about: 'the result as one JSON object on stdout' };

export const UTC: CommandOption = {
  flags: '--utc',
  about: 'exact times in UTC, in place of times of this machine’s zone',
};

export const FEED: CommandOption = {
  flags: '--feed <pattern>',
  about: 'only feeds whose name SOURCE/STREAM/CONNECTION fits; * stands for anything',
  completes: 'feed',
};

export const CONFIG: CommandOption = {
  flags: '--config <file>',
  about: 'the configuration (default: tidemark.json; without one, the shipped simulators)',
};

export const STATE: CommandOption = {
  flags: '--state <dir>',
  about: 'where checkpoints, secrets and events are kept',
  default: '.tidemark',
};

export const OUT: CommandOption = { flags: '--out <dir>', about: 'where events go (default: STATE/out)' };

export const SECRETS: CommandOption = {
  flags: '--secrets <file>',
  about: 'a JSON object of secret name -> secret value (default: STATE/secrets.json)',
};

export const CLOUD: CommandOption = {
  flags: '--cloud',
  about: 'in the AWS account where it is deployed (AWS_PROFILE, AWS_REGION) instead of in the state directory',
};

/** Which feeds, and where they are. */
export const FEEDS: readonly CommandOption[] = [FEED, CONFIG, STATE, OUT, SECRETS, CLOUD, JSON_RESULT];

export const RANGE: readonly CommandOption[] = [
  { flags: '--from <time>', about: 'the beginning of the range; a day such as 2026-01-10 stands for its beginning' },
  { flags: '--to <time>', about: 'the end of the range (default: now)' },
  { flags: '--since <duration>', about: 'instead: the time up to now, such as 24h or 7d' },
];
