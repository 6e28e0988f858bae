import * as z from 'zod/mini';
import { TidemarkError } from '../errors.ts';
import type { Destination, FormatId, Source } from '../model.ts';
import {
  type ConfiguredConnection,
  check,
  connectionSchema,
  described,
  fillDefaults,
  isOrigin,
  ORIGIN_WANTED,
} from './connection.ts';
import { type Deployment, deploymentSchema, fillDeployment } from './deployment.ts';

/** A destination as tidemark.json has it, with its defaults filled in. */
export type ConfiguredDestination = {
  readonly id: string;
  readonly format: FormatId;
  readonly cefVersion: 0 | 1;
} & (
  | { readonly type: 's3' }
  | { readonly type: 'splunk'; readonly hecUrl?: string; readonly tokenSecret: string; readonly index?: string }
);

/** All of tidemark.json, with its defaults filled in. */
export interface Config {
  readonly connections: readonly ConfiguredConnection[];
  readonly destinations: readonly ConfiguredDestination[];
  readonly deployment: Deployment;
}

/** The shape of tidemark.json for these sources; its JSON Schema is generated from it. */
export function configSchema(sources: readonly Source[], formats: readonly FormatId[]) {
  const connections = sources.map(connectionSchema) as [ReturnType<typeof connectionSchema>];
  const common = {
    id: described(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'small letters, digits and dashes, at most 31')),
      'Its name: of its Firehose streams, and of its folder locally.',
    ),
    format: z._default(described(z.enum(formats as [FormatId]), 'The shape of the events.'), 'ecs'),
    cefVersion: z._default(described(z.literal([0, 1]), 'For format cef: 0 is read everywhere, 1 knows IPv6.'), 0),
  };
  const s3 = z.strictObject({ ...common, type: z.literal('s3') });
  const splunk = z.strictObject({
    ...common,
    type: z.literal('splunk'),
    hecUrl: z.optional(
      described(
        z.string().check(z.refine(isOrigin, ORIGIN_WANTED)),
        'The HTTP Event Collector, such as https://http-inputs-acme.splunkcloud.com:443.',
      ),
    ),
    tokenSecret: z.optional(
      described(
        z.string().check(z.minLength(1)),
        'The name of the secret {"hec_token":"..."} (default: tidemark/splunk/<id>).',
      ),
    ),
    index: z.optional(
      described(
        z.string().check(z.regex(/^[a-z0-9_][a-z0-9_-]{0,79}$/, 'an index name: small letters, digits, _ and -')),
        'The index; without it, the token’s own.',
      ),
    ),
  });
  const destination = z.discriminatedUnion('type', [s3, splunk]);
  return z.strictObject({
    $schema: z.optional(z.string()),
    connections: described(
      z.array(z.discriminatedUnion('source', connections)).check(z.minLength(1)),
      'The accounts whose audit logs are forwarded.',
    ),
    destinations: described(
      z.array(destination).check(z.minLength(1), z.maxLength(20)),
      'Where each event goes: to all of them.',
    ),
    deployment: z.prefault(described(deploymentSchema(), 'How it stands in an AWS account.'), {}),
  });
}

/** Reads tidemark.json; an error names the JSON path, what is there, and what is wanted. */
export function parseConfig(
  text: string,
  name: string,
  sources: readonly Source[],
  formats: readonly FormatId[],
): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} is not JSON: ${(thrown as Error).message}`,
      remedy: 'A comma too many or too few is the usual cause.',
      cause: thrown,
    });
  }
  const parsed = check(configSchema(sources, formats), value, name);
  const connections = parsed.connections.map(fillDefaults);
  unique(
    name,
    'connections',
    connections.map(({ source, id }) => `${source}/${id}`),
  );
  unique(
    name,
    'destinations',
    parsed.destinations.map(({ id }) => id),
  );
  return {
    connections,
    destinations: parsed.destinations.map(fillDestination),
    deployment: fillDeployment(parsed.deployment),
  };
}

function fillDestination(
  parsed: z.infer<ReturnType<typeof configSchema>>['destinations'][number],
): ConfiguredDestination {
  const { id, format, cefVersion } = parsed;
  if (parsed.type === 's3') return { id, type: 's3', format, cefVersion };
  const { hecUrl, tokenSecret = `tidemark/splunk/${id}`, index } = parsed;
  return {
    id,
    type: 'splunk',
    format,
    cefVersion,
    tokenSecret,
    ...(hecUrl !== undefined && { hecUrl }),
    ...(index !== undefined && { index }),
  };
}

/** A destination as a source's function is told of it. @param prefix of the deployment, where the streams stand in an account */
export function destinationFor(source: string, destination: ConfiguredDestination, prefix?: string): Destination {
  const { id, format, cefVersion } = destination;
  const hec = destination.type === 'splunk' && {
    hec: destination.index === undefined ? {} : { index: destination.index },
  };
  return {
    id,
    deliveryStream: deliveryStreamName(id, source, prefix),
    shape: { format, ...(format === 'cef' && { cefVersion }), ...hec },
  };
}

/** The name of the Firehose stream that takes a source's events to a destination. */
export function deliveryStreamName(destination: string, source: string, prefix = 'tidemark'): string {
  return `${prefix}-${destination}-${source}`;
}

/** Below what the objects lie that Firehose writes of a source's events for a destination. */
export function objectPrefix(destination: string, source: string): string {
  return `${destination}/source=${source}/`;
}

function unique(name: string, list: string, ids: readonly string[]): void {
  ids.forEach((id, at) => {
    if (ids.indexOf(id) === at) return;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${name} is not right:\n  $.${list}[${at}].id: there is ${JSON.stringify(id.split('/').at(-1))} again, wanted an id of its own.`,
      remedy: 'Give it another id.',
    });
  });
}
