import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../functions/core/errors.ts';
import { isSnapshot, type Source } from '../functions/core/model.ts';
import { SIMPLEST_TYPE } from '../functions/destinations/destination-types.ts';
import { findSimulator } from '../simulators/find-simulator.ts';
import type { RunningSimulator, Simulator, SimulatorOptions } from '../simulators/simulator.ts';
import { derive, openKey } from './services/access/key.ts';
import { writePrivate } from './services/private-file.ts';
import { type Places, readState, writeState } from './world.ts';

/** Shipped simulators at work, and the configuration that forwards them. */
export interface Demo {
  readonly config: object;
  readonly vendors: readonly RunningSimulator[];
  /** The titles of the simulated vendors. */
  readonly titles: readonly string[];
  /** What is left out, and why. */
  readonly warnings: readonly string[];
  /** The file with the header that switches the vendors' faults. */
  readonly controlHeader: string;
  /** Keeps its ports and secrets: only once the state directory is known to be ours. */
  save(): Promise<void>;
}

/** The ports of the simulators, by source. */
export const DEMO_PORTS = 'demo-ports.json';
/** The file with the header that the simulators’ control takes. */
export const CONTROL_HEADER = 'control-header';
/** Events soon after they happened; how things are less often, as nobody sees them change that fast. */
const TIMING = { every: '5s', settle: '10s' };
const SNAPSHOT_TIMING = { every: '20s' };

/** Starts the simulator of every source where it was before, and writes a configuration and secrets for them. */
export async function startDemo(sources: readonly Source[], places: Places): Promise<Demo> {
  const ports = (await readState<Record<string, number>>(places, DEMO_PORTS)) ?? {};
  const key = await openKey(places.state);
  const controlToken = derive(key, 'control of the simulators');
  const vendors: RunningSimulator[] = [];
  const connections: object[] = [];
  const secrets: Record<string, unknown> = await readSecrets(places.secrets);
  const titles: string[] = [];
  const warnings: string[] = [];
  for (const source of sources) {
    const vendor = await findSimulator(source.id);
    if (!vendor) {
      warnings.push(
        `${source.title} has no simulator, so it is left out: simulators/${source.id}/simulator.ts would be it.`,
      );
      continue;
    }
    titles.push(source.title);
    const own = vendor.demo.ownCredentials((name) => derive(key, `${vendor.id} ${name}`));
    const options = { ...vendor.demo.hurried?.options, ...own.options, controlToken };
    const running = await startAt(vendor, options, ports[vendor.id]);
    vendors.push(running);
    // The origin is a part of what a feed is: it stays the same from start to start.
    ports[vendor.id] = Number(new URL(running.origin).port);
    const { connection } = running;
    const streams = Object.fromEntries(
      source.streams.map((stream) => [stream.name, isSnapshot(stream) ? SNAPSHOT_TIMING : TIMING]),
    );
    const settings = { ...(connection.settings as object | undefined), ...vendor.demo.hurried?.settings };
    connections.push({ ...connection, settings, streams });
    secrets[(connection.secret as string | undefined) ?? `tidemark/${vendor.id}/${String(connection.id)}`] =
      own.secretValue;
  }
  return {
    config: { connections, destinations: [{ id: 'lake', type: SIMPLEST_TYPE.id, format: 'ecs' }] },
    vendors,
    titles,
    warnings,
    controlHeader: join(places.state, CONTROL_HEADER),
    async save() {
      writePrivate(join(places.state, CONTROL_HEADER), `authorization: Bearer ${controlToken}\n`);
      writeState(join(places.state, DEMO_PORTS), ports);
      writeState(places.secrets, secrets);
    },
  };
}

/** Other people's secrets in the file are kept; a file that is not what it should be is left for its owner to mend. */
async function readSecrets(file: string): Promise<Record<string, unknown>> {
  let problem = 'does not hold one JSON object';
  try {
    const secrets: unknown = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
    if (secrets !== null && typeof secrets === 'object' && !Array.isArray(secrets)) return { ...secrets };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    // The parser's own message quotes the file.
    if (code !== undefined) problem = `cannot be read (${code})`;
  }
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The secrets file ${file} ${problem}.`,
    remedy: 'Mend it, or remove it: the simulators’ secrets are made anew.',
  });
}

async function startAt(
  vendor: Simulator,
  options: SimulatorOptions,
  port: number | undefined,
): Promise<RunningSimulator> {
  if (port === undefined) return await vendor.start(options);
  try {
    return await vendor.start({ ...options, port });
  } catch {
    // Somebody else has the port by now.
    return await vendor.start(options);
  }
}
