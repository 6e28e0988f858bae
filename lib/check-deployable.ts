import { type ConfiguredConnection, feedsOf } from '../functions/core/config/connection.ts';
import { type ConfiguredDestination, destinationFor } from '../functions/core/config/destination.ts';
import { foreignTokenUrl } from '../functions/core/config/origins.ts';
import { MINUTES_A_WEEK, quietMinutes } from '../functions/core/config/quiet-hours.ts';
import type { Config } from '../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../functions/core/errors.ts';
import { type AnyFeed, isSnapshotFeed, type Source } from '../functions/core/model.ts';
import { DAY, type Duration, formatDuration, MINUTE } from '../functions/core/time.ts';
import {
  type DestinationSecret,
  type DestinationType,
  typeOf,
  type WrongSetting,
} from '../functions/destinations/destination-type.ts';
import { keysOfSecrets } from './account/key.ts';
import { foreignSecrets, isSecretId, looksWhole, SECRET_WANTED } from './account/secrets.ts';
import { rotatingSecrets } from './functions/rotation.ts';
import { planSchedules } from './plan/plan-schedules.ts';

/** Maximum number of secrets with other names that a role lists: its policies have a limited size. */
const MOST_FOREIGN_SECRETS = 50;
/** Maximum number of secrets that rotate. Each is listed, whatever its name. */
const MOST_ROTATING_SECRETS = 50;
/** Maximum number of characters of all ARNs in a role. IAM takes 10,240 characters of policies; the rest needs less than 1,400. */
const MOST_ARN_CHARACTERS = 8_800;
/** Length of an ARN without the name at its end, for the longest names of Regions and partitions. */
const ARN_CHARACTERS = 75;
/** Maximum size of the destinations in a function's environment. Lambda takes 4 KB of variables; the others need less than 500 bytes. */
const MOST_DESTINATIONS_BYTES = 3_500;
/** Maximum number of streams in the forwarding stack, for the dashboard. */
const MOST_STREAMS = 45;
/** Its resources, of which CloudFormation takes 500: of each stream, alarms included; of each source; of all together. */
const RESOURCES = { all: 480, stream: 8, source: 30, common: 25 };
/** Maximum number of schedules in a shard. CloudFormation takes 500 resources in a template; the schedule group is one of them. */
const MOST_SCHEDULES = 480;
/** Maximum number of characters of all schedules in a shard. CloudFormation takes templates of 1 MB. */
const MOST_CHARACTERS = 900_000;
/** Number of characters of a schedule in a template, without its input. */
const SCHEDULE_CHARACTERS = 1_200;
/** The longest rate that EventBridge Scheduler takes: one year. */
const LONGEST_EVERY = 365 * DAY;

/** Throws an error that lists every setting that works on a local machine but not in an AWS account. */
export function checkDeployable(
  config: Config,
  sources: readonly Source[],
  destinationTypes: readonly DestinationType[],
  name: string,
): void {
  const wrong = [
    ...wrongConnections(config, sources),
    ...wrongSecrets(config, sources),
    ...tooLongPolicies(config, sources),
    ...tooManyRotations(config, sources),
    ...wrongDestinations(config, destinationTypes),
    ...tooManyDestinations(config, sources),
    ...tooManyStreams(config, sources),
    ...wrongDeployment(config),
  ];
  if (wrong.length === 0) wrong.push(...wrongShards(config, sources));
  if (wrong.length === 0) return;
  const lines = wrong.map((line) => `\n  ${line}`).join('');
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} cannot be deployed:${lines}`,
    remedy: 'Correct the settings that are named above.',
  });
}

function wrongConnections({ connections, deployment }: Config, sources: readonly Source[]): string[] {
  return connections.flatMap((connection, at) => {
    const path = `$.connections[${at}]`;
    const source = sources.find(({ id }) => id === connection.source);
    const origins = wrongOrigins(path, connection, source);
    const secret = isSecretId(connection.secret)
      ? []
      : [`${path}.secret: there is ${JSON.stringify(connection.secret)}, wanted ${SECRET_WANTED}.`];
    const feeds = source ? feedsOf(source, connection).filter(({ enabled }) => enabled) : [];
    return [...origins, ...secret, ...feeds.flatMap((feed) => wrongTiming(path, feed, deployment.seenDays))];
  });
}

/** Plain http is allowed only locally, where the vendor can be a simulator on the same machine. */
function wrongOrigins(path: string, connection: ConfiguredConnection, source: Source | undefined): string[] {
  const { origin } = connection;
  const tokenUrl = source && foreignTokenUrl(source.auth, connection);
  const why = 'wanted https: a function is not on your machine.';
  return [
    ...(origin.startsWith('https:') ? [] : [`${path}.origin: there is ${JSON.stringify(origin)}, ${why}`]),
    ...(tokenUrl === undefined || tokenUrl.startsWith('https:')
      ? []
      : [`${path}: its token URL is ${JSON.stringify(tokenUrl)}, ${why}`]),
  ];
}

function wrongTiming(connection: string, feed: AnyFeed & { every: Duration }, seenDays: number): string[] {
  const path = `${connection}.streams.${feed.stream.viewOf ?? feed.stream.name}`;
  const { every } = feed;
  const wrong =
    every % MINUTE === 0 && every <= LONGEST_EVERY
      ? []
      : [`${path}.every: there is ${formatDuration(every)}, wanted whole minutes, and 365d at most.`];
  if (isSnapshotFeed(feed)) return wrong;
  const rereads = (feed.rereads ?? []).map(({ overlap }, at) => [`rereads[${at}].overlap`, overlap] as const);
  const tooLong = [['overlap', feed.overlap] as const, ...rereads].filter(
    ([, length]) => length + feed.settle >= seenDays * DAY,
  );
  return [
    ...wrong,
    ...tooLong.map(
      ([field, length]) =>
        `${path}.${field}: there is ${formatDuration(length)}, wanted less than the ${seenDays} days of $.deployment.seenDays.`,
    ),
  ];
}

function wrongSecrets({ connections }: Config, sources: readonly Source[]): string[] {
  return sources.flatMap(({ id }) => {
    const foreign = foreignSecrets(id, connections);
    if (foreign.length <= MOST_FOREIGN_SECRETS) return [];
    const at = connections.findIndex(({ source, secret }) => source === id && secret === foreign[MOST_FOREIGN_SECRETS]);
    return [
      `$.connections[${at}].secret: of ${id} there are ${foreign.length} secrets with names of their own, wanted ${MOST_FOREIGN_SECRETS} at most: name the others tidemark/${id}/...`,
    ];
  });
}

/** Checks the length of a role's policies: with long names, fewer than the maximum number of secrets fit. */
function tooLongPolicies({ connections, destinations, deployment }: Config, sources: readonly Source[]): string[] {
  return sources.flatMap(({ id }) => {
    const secrets = foreignSecrets(id, connections);
    const streams = destinations.map((one) => destinationFor(id, one, deployment.stackPrefix).deliveryStream);
    const characters = [...secrets, ...streams].reduce((sum, name) => sum + name.length + ARN_CHARACTERS, 0);
    if (secrets.length === 0 || characters <= MOST_ARN_CHARACTERS) return [];
    const at = connections.findIndex(({ source, secret }) => source === id && secret === secrets[0]);
    return [
      `$.connections[${at}].secret: of ${id}, secrets with names of their own and streams take ${characters} characters of a role’s policy, wanted ${MOST_ARN_CHARACTERS} at most: name more of the secrets tidemark/${id}/...`,
    ];
  });
}

function tooManyRotations(config: Config, sources: readonly Source[]): string[] {
  // With keys, the role lists each secret a second time: as what the keys may be used for.
  const lists = keysOfSecrets(config.deployment).length > 0 ? 2 : 1;
  return sources.flatMap((source) => {
    const secrets = rotatingSecrets(source, config);
    const characters = lists * secrets.reduce((sum, name) => sum + name.length + ARN_CHARACTERS, 0);
    if (secrets.length <= MOST_ROTATING_SECRETS) {
      if (characters <= MOST_ARN_CHARACTERS) return [];
      const first = config.connections.findIndex((one) => one.source === source.id && one.rotate);
      return [
        `$.connections[${first}].rotate: of ${source.id}, secrets that rotate take ${characters} characters of a role’s policy, wanted ${MOST_ARN_CHARACTERS} at most: give them shorter names, or rotate fewer.`,
      ];
    }
    const last = secrets[MOST_ROTATING_SECRETS];
    const at = config.connections.findIndex((one) => one.source === source.id && one.rotate && one.secret === last);
    return [
      `$.connections[${at}].rotate: of ${source.id} there are ${secrets.length} secrets that rotate, wanted ${MOST_ROTATING_SECRETS} at most: a role has room for no more.`,
    ];
  });
}

function wrongDestinations({ destinations }: Config, destinationTypes: readonly DestinationType[]): string[] {
  return destinations.flatMap((destination, at) => {
    const { notDeployable, secret } = typeOf(destinationTypes, destination);
    const wrong = [...(notDeployable?.(destination) ?? []), ...(secret ? wrongSecret(secret, destination) : [])];
    return wrong.map(({ setting, there, wanted }) => {
      const found = there === undefined ? 'nothing is there' : `there is ${JSON.stringify(there)}`;
      return `$.destinations[${at}].${setting}: ${found}, wanted ${wanted}.`;
    });
  });
}

function wrongSecret({ setting, nameOf }: DestinationSecret, destination: ConfiguredDestination): WrongSetting[] {
  const there = nameOf(destination);
  if (there === undefined) return [];
  return [
    ...(isSecretId(there) ? [] : [{ setting, there, wanted: SECRET_WANTED }]),
    // Firehose gets an ARN that ends with this name. Secrets Manager takes a dash and six characters at its end for the suffix of a
    // whole ARN, and finds no secret.
    ...(looksWhole(there) && !there.startsWith('arn:')
      ? [
          {
            setting,
            there,
            wanted: 'a name that does not end with a dash and six letters or digits, or the secret’s ARN',
          },
        ]
      : []),
  ];
}

function tooManyDestinations({ destinations, deployment }: Config, sources: readonly Source[]): string[] {
  const bySource = sources.map(({ id }) => destinations.map((one) => destinationFor(id, one, deployment.stackPrefix)));
  const bytes = Math.max(0, ...bySource.map((each) => JSON.stringify(each).length));
  if (bytes <= MOST_DESTINATIONS_BYTES) return [];
  return [
    `$.destinations: there are ${destinations.length} with ${bytes} characters, wanted ${MOST_DESTINATIONS_BYTES} at most: fewer, or shorter ids.`,
  ];
}

/** Each configured source has one stream to each destination. */
function tooManyStreams({ destinations, connections }: Config, sources: readonly Source[]): string[] {
  const used = sources.filter(({ id }) => connections.some(({ source }) => source === id)).length;
  if (used * destinations.length <= mostStreams(used)) return [];
  return [
    `$.destinations: there are ${destinations.length} for ${used} sources, wanted ${mostDestinations(used)} at most: a stack holds ${mostStreams(used)} streams.`,
  ];
}

/** With few sources the dashboard is the limit, with many the stack. */
function mostStreams(sources: number): number {
  const { all, stream, source, common } = RESOURCES;
  return Math.min(MOST_STREAMS, Math.floor((all - common - source * sources) / stream));
}

/** Maximum number of destinations for this number of sources. */
export function mostDestinations(sources: number): number {
  return Math.floor(mostStreams(sources) / sources);
}

function wrongDeployment({ deployment }: Config): string[] {
  const { archiveDays, objectLock, alarms } = deployment;
  return [
    ...(archiveDays !== undefined && objectLock && archiveDays <= objectLock.days
      ? [
          `$.deployment.archiveDays: there is ${archiveDays}, wanted more than the ${objectLock.days} days of $.deployment.objectLock.days.`,
        ]
      : []),
    ...(alarms.topicArn !== undefined && alarms.emails.length > 0
      ? [
          '$.deployment.alarms.emails: a topic that is there already has its own subscribers; leave out one of topicArn and emails.',
        ]
      : []),
    ...(alarms.quietHours && quietMinutes(alarms.quietHours) > MINUTES_A_WEEK - 60
      ? [
          '$.deployment.alarms.quietHours.times: together they are all of the week, wanted an hour at least that is not quiet: nobody would ever be told.',
        ]
      : []),
  ];
}

/** Checks that each shard fits into a stack. Otherwise names a number of shards that is enough. */
function wrongShards(config: Config, sources: readonly Source[]): string[] {
  const { shards } = config.deployment;
  if (fits(config, sources)) return [];
  const enough = MORE_SHARDS.find((count) => count > shards && fits(withShards(config, count), sources));
  return [
    `$.deployment.shards: there is ${shards}, wanted ${enough === undefined ? `fewer connections: ${MORE_SHARDS.at(-1)} stacks cannot hold all schedules` : `${enough} for so many schedules`}.`,
  ];
}

const MORE_SHARDS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 99];

function fits(config: Config, sources: readonly Source[]): boolean {
  return planSchedules(config, sources).every((schedules) => {
    const characters = schedules.reduce((sum, { input }) => sum + JSON.stringify(JSON.stringify(input)).length, 0);
    return schedules.length <= MOST_SCHEDULES && characters + schedules.length * SCHEDULE_CHARACTERS <= MOST_CHARACTERS;
  });
}

function withShards(config: Config, shards: number): Config {
  return { ...config, deployment: { ...config.deployment, shards } };
}
