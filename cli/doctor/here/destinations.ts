import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConfiguredDestination } from '../../../functions/core/config/destination.ts';
import type { Config } from '../../../functions/core/config/tidemark-config.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import { type DestinationType, typeOf } from '../../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { secretFields } from '../../../local/services/endpoints.ts';
import { type Places, readSecrets } from '../../../local/world.ts';
import { type Check, checkOf, failedCheck } from '../check.ts';
import { probeEndpoint } from '../probe-endpoint.ts';

/** Below this, the next events may have no room. */
const LEAST_FREE_BYTES = 100_000_000;

/** Checks where events go on this machine: to the endpoints of destinations that have one and a secret, else to folders. */
export async function examineDestinations(places: Places, config: Config | undefined): Promise<Check[]> {
  const destinations = config?.destinations ?? [];
  const checks = await Promise.all(
    destinations.map(async (destination) => (await examineOne(places, destination)).map(checkOf)),
  );
  const folder = checkOf(await examineFolder(places.out));
  return [...checks.flat(), folder];
}

async function examineOne(places: Places, destination: ConfiguredDestination): Promise<Finding<string>[]> {
  const subject = `destination ${destination.id}`;
  const type = typeOf(DESTINATION_TYPES, destination);
  const url = type.endpointOf?.(destination);
  if (url === undefined) {
    return [{ subject, check: 'folder', ok: true, found: join(places.out, destination.id), remedy: '' }];
  }
  try {
    const secret = await readSecret(places, destination, type);
    if (secret && type.probing) return await probeEndpoint({ subject, url, secret }, destination, type.probing);
    if (secret) return [notAsked(subject, url)];
  } catch (thrown) {
    return [failedCheck(subject, 'secret', thrown, ['the endpoint', 'all connections'])];
  }
  const name = type.secret?.nameOf(destination);
  return [
    {
      subject,
      check: 'secret',
      ok: false,
      found: `there is no secret ${name}: events go to ${join(places.out, destination.id)} instead of ${new URL(url).origin}`,
      remedy: `Put it in: npx tidemark secret set ${destination.id}. Then start tidemark run again.`,
    },
  ];
}

/** An endpoint for which every question would be an event. The rest of its URL may hold a credential. */
function notAsked(subject: string, url: string): Finding<string> {
  const found = `events go to ${new URL(url).origin}, which is not asked: it takes no question that is not an event`;
  return { subject, check: 'endpoint', ok: true, found, remedy: '' };
}

/** The fields of a destination's secret. Undefined if there is none. */
async function readSecret(
  places: Places,
  destination: ConfiguredDestination,
  { secret }: DestinationType,
): Promise<Readonly<Record<string, string>> | undefined> {
  const name = secret?.nameOf(destination);
  if (!secret || name === undefined) return {};
  return secretFields(secret, name, (await readSecrets(places))[name]);
}

/** Whether events can be written where they go on this machine. The folder may not be there yet. */
async function examineFolder(out: string): Promise<Finding<string>> {
  const subject = 'output folder';
  const existing = await nearest(out);
  try {
    if (!(await stat(existing)).isDirectory()) throw new Error('it is no folder');
    await access(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    const free = bavail * bsize;
    const found = `${out}: ${sayBytes(free)} free`;
    if (free >= LEAST_FREE_BYTES) return { subject, check: 'folder', ok: true, found, remedy: '' };
    return { subject, check: 'folder', ok: false, found, remedy: 'Make room, or name another folder with --out.' };
  } catch (thrown) {
    const found = `${existing} cannot be written: ${(thrown as Error).message}`;
    return {
      subject,
      check: 'folder',
      ok: false,
      found,
      remedy: 'Give your user the right to write there, or name another folder with --out.',
    };
  }
}

async function nearest(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : await nearest(dirname(folder));
}

function sayBytes(bytes: number): string {
  const gigabytes = bytes / 1e9;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
