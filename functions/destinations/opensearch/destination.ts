import * as z from 'zod/mini';
import { described, isOrigin, ORIGIN_WANTED } from '../../core/config/connection.ts';
import type { ConfiguredDestination, DestinationSettings } from '../../core/config/destination.ts';
import { MINUTE } from '../../core/time.ts';
import { failed, putAside, stale } from '../delivery-signs.ts';
import type { DestinationType, WrongSetting } from '../destination-type.ts';
import { AS_FIREHOSE_WRITES, ASIDE_BUFFER, RETRIED_FOR } from '../put-aside.ts';
import { indexTemplate } from './index-template.ts';
import { templateProbe } from './probes.ts';

const TITLE = 'OpenSearch';
const COLLECTION = /^https:\/\/([a-z0-9]+)\.([a-z0-9-]+)\.aoss\.amazonaws\.com\/?$/;
const DOMAIN = /^arn:[a-z-]+:es:([a-z0-9-]+):\d{12}:domain\/[a-z][a-z0-9-]{2,27}$/;

/** How long Firehose collects events until it sends them. */
export const BUFFER = MINUTE;

const ROTATIONS = { day: 'OneDay', week: 'OneWeek', month: 'OneMonth' } as const;

const SETTINGS = {
  endpoint: z.optional(
    described(
      z.string().check(z.refine(isOrigin, ORIGIN_WANTED)),
      'The domain or serverless collection, such as https://a1b2c3.eu-west-1.aoss.amazonaws.com.',
    ),
  ),
  domainArn: z.optional(
    described(
      z.string().check(z.regex(DOMAIN, 'the ARN of a domain: arn:aws:es:<region>:<account>:domain/<name>')),
      'For a domain: its ARN. A collection needs none.',
    ),
  ),
  rotation: z.optional(
    described(
      z.enum(['day', 'week', 'month']),
      'For a domain: how often a new index begins (default: month). A collection has one index.',
    ),
  ),
  vpc: z.optional(
    described(
      z.strictObject({
        subnets: described(
          z
            .array(z.string().check(z.regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a subnet')))
            .check(z.minLength(1)),
          'The ids of the subnets.',
        ),
        securityGroups: described(
          z
            .array(z.string().check(z.regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a security group')))
            .check(z.minLength(1)),
          'The ids of the interfaces’ security groups.',
        ),
      }),
      'For a domain in a VPC: where Firehose puts its network interfaces.',
    ),
  ),
};

const settingsSchema = z.strictObject(SETTINGS);

/** Amazon OpenSearch Service: a domain, or a serverless collection. */
export const opensearch: DestinationType = {
  id: 'opensearch',
  title: TITLE,
  where: 'Amazon OpenSearch: a domain or a collection',
  words: ['aoss'],
  // Text is no document, and other formats have fields whose types nobody knows before they come.
  formats: ['ecs'],
  settings: SETTINGS,
  heldFor: BUFFER + RETRIED_FOR + ASIDE_BUFFER,
  shapeOf: () => ({ onePerRecord: true }),
  delivery: (destination) => {
    const service = opensearchSettings(destination).collection
      ? 'AmazonOpenSearchServerless'
      : 'AmazonOpenSearchService';
    const [freshness, success] = [`DeliveryTo${service}.DataFreshness`, `DeliveryTo${service}.Success`];
    return { freshness, signs: [stale(freshness), failed(success), putAside(TITLE, success)] };
  },
  refused: AS_FIREHOSE_WRITES,
  notDeployable,
  signedProbes: (destination) => {
    const { endpoint, domainArn, collection, vpc } = opensearchSettings(destination);
    const region = collection?.region ?? DOMAIN.exec(domainArn ?? '')?.[1];
    // What is in a VPC answers only there.
    if (endpoint === undefined || region === undefined || vpc) return [];
    return [{ ...templateProbe(), url: endpoint, service: collection ? 'aoss' : 'es', region }];
  },
  files: () => ({ 'index-template.json': `${JSON.stringify(indexTemplate(), null, 2)}\n` }),
  cost: { archived: false },
};

/** A destination's settings, with their defaults filled in. `collection` is undefined for a domain. */
export function opensearchSettings({ settings }: Pick<ConfiguredDestination, 'settings'>) {
  const { rotation = 'month', ...rest } = parse(settings);
  const [, id, region] = COLLECTION.exec(rest.endpoint ?? '') ?? [];
  const collection = id !== undefined && region !== undefined ? { id, region } : undefined;
  return { ...rest, rotation: ROTATIONS[rotation], collection };
}

function notDeployable(destination: ConfiguredDestination): WrongSetting[] {
  const { endpoint, collection } = opensearchSettings(destination);
  const { domainArn, rotation } = parse(destination.settings);
  const wrong: WrongSetting[] = [];
  if (!endpoint?.startsWith('https:')) {
    wrong.push({
      setting: 'endpoint',
      there: endpoint,
      wanted: 'the https URL of a domain or of a serverless collection',
    });
  }
  if (collection && domainArn !== undefined) {
    wrong.push({ setting: 'domainArn', there: domainArn, wanted: 'none, as the endpoint is that of a collection' });
  }
  if (collection && rotation !== undefined) {
    wrong.push({ setting: 'rotation', there: rotation, wanted: 'none, as a collection has one index' });
  }
  if (!collection && domainArn === undefined) {
    wrong.push({ setting: 'domainArn', there: domainArn, wanted: 'the ARN of the domain at the endpoint' });
  }
  return wrong;
}

function parse(settings: DestinationSettings) {
  return settingsSchema.parse(settings);
}
