import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Place } from '../../../cli/ui/data/place.ts';
import { listSimulators, resetSimulator, setFault } from '../../../cli/ui/data/simulators.ts';
import { type Config, parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import { startDemo } from '../../../local/demo.ts';
import { preparePlaces, startWorld } from '../../../local/world.ts';

async function startSimulated(): Promise<(config?: (config: Config) => Config) => Place> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-simulators-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [sources, places] = await Promise.all([findSources(), preparePlaces(join(folder, 'state'))]);
  const demo = await startDemo(sources, places);
  onTestFinished(async () => {
    await Promise.all(demo.vendors.map((vendor) => vendor.stop()));
  });
  await demo.save();
  const config = parseConfig(JSON.stringify(demo.config), 'demo', sources, DESTINATION_TYPES);
  const world = await startWorld({ config, sources, places, onLine: () => undefined });
  onTestFinished(() => world.close(0));
  // What the switches ask of a place.
  return (change = (same) => same) => ({ config: change(config), places, sources }) as unknown as Place;
}

async function faultsOf(place: Place): Promise<Record<string, unknown>> {
  const delivery = (await listSimulators(place)).find(({ id }) => id === 'delivery');
  return Object.fromEntries(
    delivery?.faults.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])) ?? [],
  );
}

test('the delivery of simulated events has switches; where one vendor is real, it has none', async () => {
  const placeOf = await startSimulated();
  const simulated = placeOf();

  await setFault(simulated, 'delivery', 'refuseEvery', 3);
  await setFault(simulated, 'delivery', 'latencyMs', 5);
  expect(await faultsOf(simulated)).toEqual({ refuseEvery: 3, latencyMs: 5 });
  await setFault(simulated, 'delivery', 'latencyMs', null);
  expect(await faultsOf(simulated)).toEqual({ refuseEvery: 3 });
  await expect(setFault(simulated, 'delivery', 'refuseEvery', 'x')).rejects.toThrow('is not a fault');
  await expect(setFault(simulated, 'delivery', 'refuseDestinations', ['lake'])).rejects.toThrow('has no fault');

  const withReal = placeOf(({ connections: [first, ...others], ...config }) => ({
    ...config,
    connections: [{ ...(first as Config['connections'][number]), origin: 'https://api.vendor.example' }, ...others],
  }));
  expect((await listSimulators(withReal)).map(({ id }) => id)).not.toContain('delivery');
  await expect(setFault(withReal, 'delivery', 'failNext', 1)).rejects.toThrow('There is no simulator "delivery" here.');

  await resetSimulator(simulated, 'delivery');
  expect(await faultsOf(simulated)).toEqual({});
});
