import { type ConfiguredDestination, deliveryStreamName } from '../../../functions/core/config/destination.ts';
import type { Config } from '../../../functions/core/config/tidemark-config.ts';
import { clean } from '../../../functions/core/events/excerpt.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import { typeOf } from '../../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { secretFields } from '../../../local/services/endpoints.ts';
import { probeEndpoint } from '../probe-endpoint.ts';
import { type Cloud, Denied } from './cloud.ts';
import { green, looking, red, some } from './looking.ts';

type Found = Finding<string>;

/** Checks where the deployment sends events: the streams of a destination, its secret, and its endpoint. */
export async function examineDestination(
  cloud: Cloud,
  { connections, deployment }: Config,
  destination: ConfiguredDestination,
): Promise<Found[]> {
  const subject = `destination ${destination.id}`;
  const sources = [...new Set(connections.map(({ source }) => source))];
  const names = sources.map((source) => deliveryStreamName(destination.id, source, deployment.stackPrefix));
  const streams = await looking(subject, 'delivery-stream', async () => await examineStreams(cloud, subject, names));
  const endpoint = await examineEndpoint(cloud, subject, destination);
  return [...streams, ...endpoint, ...(await askAws(cloud, subject, destination, sources))];
}

/** Asks AWS what the type wants to know, such as whether a table is there. */
async function askAws(
  cloud: Cloud,
  subject: string,
  destination: ConfiguredDestination,
  sources: readonly string[],
): Promise<Found[]> {
  const type = typeOf(DESTINATION_TYPES, destination);
  if (!type.signedProbes) return [];
  return await looking(subject, 'what is there', async () => {
    const probes = type.signedProbes?.(destination, { region: await cloud.region(), sources }) ?? [];
    return await Promise.all(
      probes.map(async (probe) => {
        const result = await cloud.ask(probe);
        const found = clean(result.found);
        return result.ok ? green(subject, probe.check, found) : red(subject, probe.check, found, result.remedy);
      }),
    );
  });
}

async function examineStreams(cloud: Cloud, subject: string, names: readonly string[]): Promise<Found[]> {
  const found = await Promise.all(names.map(async (name) => [name, await cloud.deliveryStream(name)] as const));
  const wrong = found.filter(([, stream]) => stream?.status !== 'ACTIVE');
  if (wrong.length > 0) {
    const told = wrong.map(([name, stream]) =>
      stream ? `${name} is ${stream.status}${stream.reason && `: ${stream.reason}`}` : `${name} is not there`,
    );
    return [
      red(
        subject,
        'delivery-stream',
        some(told),
        'Deploy: npx cdk deploy --all. A stream that is being made takes a minute.',
      ),
    ];
  }
  const buckets = [...new Set(found.flatMap(([, stream]) => stream?.buckets ?? []))];
  const active = green(
    subject,
    'delivery-stream',
    `${names.length === 1 ? 'its stream is' : `all ${names.length} streams are`} active`,
  );
  return [active, ...(await looking(subject, 'bucket', async () => await examineBuckets(cloud, subject, buckets)))];
}

async function examineBuckets(cloud: Cloud, subject: string, buckets: readonly string[]): Promise<Found[]> {
  const found = await Promise.all(buckets.map(async (bucket) => [bucket, await cloud.bucketExists(bucket)] as const));
  const missing = found.filter(([, exists]) => !exists).map(([bucket]) => bucket);
  if (missing.length === 0) return buckets.length === 0 ? [] : [green(subject, 'bucket', some(buckets))];
  const remedy = 'Firehose holds events for a day at most: make the bucket again at once, by restoring the stack.';
  return [red(subject, 'bucket', `${some(missing)} is not there`, remedy)];
}

/** The endpoint as it is seen from this machine. Without the right to read the secret, only that it answers is checked. */
async function examineEndpoint(cloud: Cloud, subject: string, destination: ConfiguredDestination): Promise<Found[]> {
  const type = typeOf(DESTINATION_TYPES, destination);
  const { secret, probing } = type;
  const url = type.endpointOf?.(destination);
  const name = secret?.nameOf(destination);
  if (!secret || name === undefined || url === undefined) return [];
  return await looking(subject, 'secret', async () => {
    if (!(await cloud.secretExists(name))) {
      return {
        ...red(
          subject,
          'secret',
          `there is no secret ${name}`,
          `Put it in: npx tidemark secret set ${destination.id} --cloud.`,
        ),
        waiting: ['the endpoint'],
      };
    }
    try {
      const fields = secretFields(secret, name, await cloud.secretValue(name)) ?? {};
      const there = green(subject, 'secret', `${name} is there, and has the right shape`);
      if (!probing) return there;
      return [there, ...(await probeEndpoint({ subject, url, secret: fields }, destination, probing))];
    } catch (thrown) {
      if (!(thrown instanceof Denied)) throw thrown;
      return green(
        subject,
        'secret',
        `${name} is there; its value is not looked at, as the credentials may not read it`,
      );
    }
  });
}
