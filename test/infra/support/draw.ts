import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Config, parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { DRAWN_TYPES, type DrawnType } from '../../../lib/delivery/drawings.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { drawTidemark } from '../../../lib/tidemark.ts';
import { Account } from './account.ts';

export const SOURCES = await findSources();
export const SPLUNK = { id: 'soc', type: 'splunk', hecUrl: 'https://http-inputs-acme.splunkcloud.com:443' };
export const LAKE = { id: 'lake', type: 's3' };
export const DOMAIN = {
  id: 'search',
  type: 'opensearch',
  endpoint: 'https://search-audit-abc.eu-west-1.es.amazonaws.com',
  domainArn: 'arn:aws:es:eu-west-1:111122223333:domain/audit',
};
export const COLLECTION = { id: 'find', type: 'opensearch', endpoint: 'https://a1b2c3.eu-west-1.aoss.amazonaws.com' };
export const GLUE_TABLES = { id: 'tables', type: 'iceberg', location: 's3://acme-lake/audit' };
export const S3_TABLES = {
  id: 'rows',
  type: 'iceberg',
  database: 'audit',
  tableBucketArn: 'arn:aws:s3tables:eu-west-1:111122223333:bucket/acme-tables',
};
export const DATADOG = {
  id: 'dog',
  type: 'http',
  endpoint: { service: 'datadog', site: 'eu1' },
  attributes: { team: 'detection' },
};
const VPC = { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] };
/** A destination of every type, and of each kind that a type is drawn in. */
export const EVERY_KIND = [
  LAKE,
  SPLUNK,
  DATADOG,
  DOMAIN,
  { ...DOMAIN, id: 'inside', vpc: VPC },
  COLLECTION,
  GLUE_TABLES,
  S3_TABLES,
];

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

/** A connection to a source, as little as it takes. */
export function connect(source: string, id = 'acme', more: object = {}): object {
  const hasOrigin = SOURCES.find((one) => one.id === source)?.origin !== undefined;
  return { id, source, ...(!hasOrigin && { origin: `https://${id}.example.com` }), ...more };
}

/** A tidemark.json with one connection to each source and both kinds of destination, and what a test changes in it. */
export function configure(change: object = {}): Config {
  const connections = SOURCES.map(({ id }) => connect(id));
  const file = { connections, destinations: [LAKE, SPLUNK], ...change };
  return parseConfig(JSON.stringify(file), 'tidemark.json', SOURCES, DESTINATION_TYPES);
}

/** What is deployed for a configuration, without the functions' code. */
export interface Drawing {
  readonly state: Template;
  readonly forwarding: Template;
  readonly schedules: readonly Template[];
  /** Which stacks `cdk deploy` brings before a stack, and `cdk destroy` takes out after it. */
  dependencies(stack: string): string[];
  /** What `cdk synth` warns of. */
  warnings(): string[];
  /** All of them, as if they had been deployed. */
  readonly account: Account;
}

/** Nothing changes a drawing, and each takes a second. */
const DRAWN = new Map<string, Drawing>();

export function draw(change: object = {}): Drawing {
  const key = JSON.stringify(change);
  const drawn = DRAWN.get(key) ?? drawConfig(configure(change), DRAWN_TYPES);
  DRAWN.set(key, drawn);
  return drawn;
}

/** Code that nobody has built: a template only says where it would be. */
class Unmade extends Code {
  readonly isInline = false;
  readonly #key: string;

  constructor(key: string) {
    super();
    this.#key = key;
  }

  bind(): CodeConfig {
    return { s3Location: { bucketName: 'zips', objectKey: this.#key } };
  }
}

/** Draws a configuration, with the types of destinations that there are for it. */
export function drawConfig(config: Config, destinationTypes: readonly DrawnType[]): Drawing {
  // CloudFormation's rules are checked where `cdk synth` runs: that takes twice as long as the drawing.
  const app = new App({
    context,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  const drawn = drawTidemark(new Construct(app, 'Tidemark'), {
    config,
    sources: SOURCES,
    destinationTypes,
    code: (bundle) => new Unmade(`functions/${bundle}.zip`),
    layers: (bundle) => new Unmade(`layers/${bundle}.zip`),
    name: 'tidemark.json',
  });
  const stacks = [drawn.state, drawn.forwarding, ...drawn.schedules];
  const [state, forwarding, ...schedules] = stacks.map((stack) => Template.fromStack(stack)) as [Template, Template];
  const templates = stacks.map(
    (stack, at) => [stack.stackName, ([state, forwarding, ...schedules][at] as Template).toJSON()] as const,
  );
  const dependencies = (stack: string) =>
    app
      .synth()
      .getStackByName(stack)
      .dependencies.flatMap((artifact) => ('stackName' in artifact ? [artifact.stackName as string] : []));
  const warnings = () =>
    stacks.flatMap((stack) =>
      Annotations.fromStack(stack)
        .findWarning('*', Match.anyValue())
        .map(({ entry }) => String(entry.data)),
    );
  return { state, forwarding, schedules, dependencies, warnings, account: new Account(new Map(templates)) };
}
