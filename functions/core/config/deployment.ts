import * as z from 'zod/mini';
import { type Duration, MINUTE, parseDuration, SECOND } from '../time.ts';
import { described } from './connection.ts';
import { quietHoursSchema } from './quiet-hours.ts';

/** The numbers of days for which CloudWatch can keep logs. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const KEY_ARN = /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const POLICY_ARN = /^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/;
const TOPIC_ARN = /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/;
const FEED_NAME = /^[a-z0-9-]+\/[\w.-]+\/[A-Za-z0-9][\w.-]{0,63}$/;
const TAG_WANTED = 'letters, digits, spaces and _ . : / = + - @';

/** The shape of `deployment` in tidemark.json. `npx tidemark run` does not use it. */
export function deploymentSchema() {
  const days = (most: number) => z.int().check(z.minimum(1), z.maximum(most));
  const text = (pattern: RegExp, wanted: string) => z.string().check(z.regex(pattern, wanted));
  const list = (pattern: RegExp, wanted: string, most: number) =>
    z.array(text(pattern, wanted)).check(z.minLength(1), z.maxLength(most));
  return z.strictObject({
    stackPrefix: z._default(
      described(
        text(/^[a-z][a-z0-9-]{0,14}[a-z0-9]$/, 'small letters, digits and dashes, 2 to 16, beginning with a letter'),
        'The prefix of the names of stacks and Firehose streams, and the namespace of metrics. Each deployment in the same account and Region needs its own.',
      ),
      'tidemark',
    ),
    shards: z._default(
      described(
        z.int().check(z.minimum(1), z.maximum(99)),
        'Number of stacks that share the schedules. A stack holds 480, and a connection takes two to four. The number can be raised at any time; before you lower it, destroy the last stacks.',
      ),
      1,
    ),
    tags: z._default(
      described(
        z.record(
          text(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u, `${TAG_WANTED}, not beginning with aws:`).check(
            z.maxLength(128),
          ),
          text(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, TAG_WANTED).check(z.maxLength(256)),
        ),
        'Tags for everything that can have tags.',
      ),
      {},
    ),
    permissionsBoundary: z.optional(
      described(text(POLICY_ARN, 'the ARN of a policy'), 'The permissions boundary of all roles.'),
    ),
    rolePath: z._default(
      described(text(/^\/([\w+=,.@-]+\/)*$/, 'a path such as / or /forwarders/'), 'The path of all roles.'),
      '/',
    ),
    kmsKeyArn: z.optional(
      described(
        text(KEY_ARN, 'the ARN of a key, not of an alias'),
        'Your own key for the table, the buckets, the queue, the Firehose streams, the state machines of backfills and the secrets that commands create. Default: keys that AWS owns. Logs are encrypted by CloudWatch, and the alarms’ topic with a key of its own.',
      ),
    ),
    secretKeyArns: z._default(
      described(
        z.array(text(KEY_ARN, 'the ARN of a key, not of an alias')).check(z.maxLength(10)),
        'Your own keys, besides kmsKeyArn, that encrypt secrets of connections or destinations.',
      ),
      [],
    ),
    vpc: z.optional(
      described(
        z.strictObject({
          subnetIds: described(list(/^subnet-[0-9a-f]{8,17}$/, 'a subnet’s id', 16), 'The ids of its subnets.'),
          securityGroupIds: described(
            list(/^sg-[0-9a-f]{8,17}$/, 'a security group’s id', 5),
            'The ids of the functions’ security groups.',
          ),
        }),
        'The VPC in which the functions run. Default: none. It needs a route to the vendors and to DynamoDB, Firehose and Secrets Manager.',
      ),
    ),
    proxy: z.optional(
      described(
        z.string().check(z.refine(isProxy, PROXY_WANTED)),
        'The HTTP proxy for requests to the vendors. Requests to AWS do not use it.',
      ),
    ),
    caBundle: z.optional(
      described(
        z.string().check(z.minLength(1)),
        'A file with the certificates (PEM) of a private certificate authority of a vendor’s host. The path is relative to this file.',
      ),
    ),
    objectLock: z.optional(
      described(
        z.strictObject({
          days: described(days(36_500), 'For how many days.'),
          mode: z._default(
            described(
              z.enum(['governance', 'compliance']),
              'governance: who has a special permission still can delete them; compliance: nobody can.',
            ),
            'governance',
          ),
        }),
        'Number of days for which nobody can delete archived events; in mode compliance not even the account’s owner. Set it at the first deploy: a bucket cannot be locked later. That Firehose writes to a locked bucket was not tried on a live account.',
      ),
    ),
    archiveDays: z.optional(
      described(days(36_500), 'Number of days after which archived events are deleted (default: never).'),
    ),
    quarantineDays: z._default(
      described(
        days(36_500),
        'Number of days for which quarantine keeps what could not be delivered as it is: entries in the table, and objects in the quarantine bucket. They may hold personal data. After that they are deleted (objects under a lock, when it ends), and cannot be sent again.',
      ),
      90,
    ),
    logRetentionDays: z._default(
      described(z.literal(LOG_DAYS), 'Number of days for which logs are kept, including the buckets’ access logs.'),
      90,
    ),
    logLevel: z._default(
      described(z.enum(['debug', 'info', 'warn', 'error']), 'The lowest level that the functions log.'),
      'info',
    ),
    seenDays: z._default(
      described(
        days(3_650),
        'Number of days for which delivered events are remembered. It must be longer than the longest re-read.',
      ),
      30,
    ),
    memoryMb: z._default(described(z.int().check(z.minimum(256), z.maximum(10_240)), 'The functions’ memory.'), 256),
    timeout: z._default(
      described(
        z.string().check(z.refine(isTimeout, 'a duration of 30s to 15m, such as 5m')),
        'Maximum time of an invocation. The next one continues from there.',
      ),
      '5m',
    ),
    reservedConcurrency: z.optional(
      described(
        z.int().check(z.minimum(1), z.maximum(1_000)),
        'Maximum number of invocations of a function at the same time. New accounts cannot reserve any.',
      ),
    ),
    backfill: z._default(
      described(
        z.strictObject({
          feedsAtOnce: z._default(
            described(
              z.int().check(z.minimum(1), z.maximum(1_000)),
              'Number of feeds that a backfill reads at the same time. Feeds of one account share its quota at the vendor, half of which is left to live reading.',
            ),
            5,
          ),
          reservedConcurrency: z.optional(
            described(
              z.int().check(z.minimum(1), z.maximum(1_000)),
              'Maximum number of invocations of a source’s backfill function at the same time. New accounts cannot reserve any.',
            ),
          ),
        }),
        'Backfills, which have functions of their own.',
      ),
      { feedsAtOnce: 5 },
    ),
    queryLimitGb: z._default(
      described(
        z.int().check(z.minimum(1), z.maximum(7_000)),
        'Maximum number of GB that a query of the archive may read.',
      ),
      100,
    ),
    retiredFeeds: z._default(
      described(
        z.array(text(FEED_NAME, 'the name of a feed, SOURCE/STREAM/CONNECTION')).check(
          z.maxLength(1_000),
          z.refine((names) => new Set(names).size === names.length, 'each name only once'),
        ),
        'Feeds that have run and are gone on purpose: nobody needs what comes after their watermarks. It ends the alarm feed-left; afterwards a name may be removed from here.',
      ),
      [],
    ),
    perFeedMetrics: z._default(
      described(
        z.boolean(),
        'Whether each feed also has its own metrics: LagSeconds, Delivered, Failing. At $0.30 a metric and month (list price in us-east-1, 2026) that is $0.90 a feed: 1,000 feeds are $900 a month. Without it, the cost does not grow with each feed.',
      ),
      false,
    ),
    alarms: z._default(
      described(
        z.union([
          z.literal('none'),
          z.strictObject({
            topicArn: z.optional(described(text(TOPIC_ARN, 'the ARN of an SNS topic'), 'An existing topic.')),
            emails: z._default(
              described(
                z.array(text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address')).check(z.maxLength(20)),
                'Addresses that receive the alarms. Each must confirm its subscription once. Not allowed with an existing topic.',
              ),
              [],
            ),
            quietHours: z.optional(
              described(
                quietHoursSchema(),
                'Times without alarms about a silent source (not-running). If the source is still silent at their end, the alarm is sent then.',
              ),
            ),
          }),
        ]),
        'Whom alarms reach: addresses, or an existing topic. Without either, synth warns that they reach nobody. "none" says that this is meant: CloudWatch shows them, and a topic is there to subscribe to.',
      ),
      { emails: [] },
    ),
  });
}

/** The settings of a deployment in an AWS account, with their defaults filled in. */
export type Deployment = Omit<Parsed, 'timeout' | 'alarms'> & {
  readonly timeout: Duration;
  readonly alarms: Alarms;
};

type Parsed = z.infer<ReturnType<typeof deploymentSchema>>;

/** Whom alarms reach, and when. */
type Alarms = Exclude<Parsed['alarms'], 'none'> & {
  /** Set if alarms are meant to reach nobody. */
  readonly none?: true;
};

export function fillDeployment(parsed: Parsed): Deployment {
  const alarms = parsed.alarms === 'none' ? ({ emails: [], none: true } as const) : parsed.alarms;
  return {
    ...parsed,
    alarms: { ...alarms, emails: [...alarms.emails] },
    timeout: parseDuration(parsed.timeout) as Duration,
  };
}

const PROXY_WANTED = 'a URL such as http://proxy.example.com:3128, without user, path or query';

/** A password is not allowed: everybody who sees the function’s environment could read it. */
function isProxy(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && !username && !password && pathname === '/' && !search && !hash;
}

function isTimeout(text: string): boolean {
  const timeout = parseDuration(text) ?? 0;
  return timeout >= 30 * SECOND && timeout <= 15 * MINUTE;
}
