import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Simulator } from './simulator.ts';

const NAME = /^[a-z][a-z0-9-]*$/;
const HERE = new URL('./', import.meta.url);
/** `.ts` in a clone, `.js` where this is compiled. */
const EXTENSION = extname(import.meta.filename);

/**
 * Finds the simulator of a source: `<source>/simulator.ts` exports it as `simulator`. Undefined if there is no such folder.
 *
 * @param folder where the folders of all simulators are
 */
export async function findSimulator(id: string, folder = HERE): Promise<Simulator | undefined> {
  if (!NAME.test(id) || !existsSync(new URL(`${id}/`, folder))) return undefined;
  const file = new URL(`${id}/simulator${EXTENSION}`, folder);
  const path = `simulators/${id}/simulator.ts`;
  if (!existsSync(file)) {
    throw new Error(`${path} is missing. Write it, or remove simulators/${id} if it is a rest of something.`);
  }
  const { simulator } = (await import(/* @vite-ignore */ file.href)) as { readonly simulator?: Partial<Simulator> };
  if (typeof simulator?.start !== 'function') {
    throw new Error(`${path} exports no \`simulator\`. Write: export const simulator = { ... } satisfies Simulator;`);
  }
  if (simulator.id !== id) {
    throw new Error(`${path}: the id is ${JSON.stringify(simulator.id)}. Give it the name of its folder: ${id}.`);
  }
  return simulator as Simulator;
}

/** Finds all simulators. */
export async function findSimulators(): Promise<readonly Simulator[]> {
  const folders = (await readdir(HERE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  const found = await Promise.all(names.map((name) => findSimulator(name)));
  return found.filter((simulator) => simulator !== undefined);
}
