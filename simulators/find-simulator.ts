import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Simulator } from './simulator.ts';

const NAME = /^[a-z][a-z0-9-]*$/;
const HERE = import.meta.dirname;

/** Finds the simulator of a source: `<source>/simulator.ts` exports it as `simulator`. Undefined if there is none. */
export async function findSimulator(id: string): Promise<Simulator | undefined> {
  if (!NAME.test(id) || !existsSync(`${HERE}/${id}/simulator.ts`)) return undefined;
  const module = (await import(/* @vite-ignore */ `./${id}/simulator.ts`)) as { readonly simulator?: Simulator };
  return module.simulator;
}

/** Finds all simulators. */
export async function findSimulators(): Promise<readonly Simulator[]> {
  const folders = (await readdir(HERE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  const found = await Promise.all(names.map((name) => findSimulator(name)));
  return found.filter((simulator) => simulator !== undefined);
}
