import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

const HERE = new URL('./', import.meta.url);

/** What each vendor's tests offer to the shared ones: the modules of this name in `test/sources/<vendor>/`, where there is one. */
export async function offeredBySources<Module>(file: string): Promise<Module[]> {
  const vendors = (await readdir(HERE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = vendors.map(({ name }) => name).sort();
  const offered = await Promise.all(names.map((name) => offeredBy<Module>(name, file)));
  return offered.filter((module) => module !== undefined);
}

/** What the tests of one vendor offer to the shared ones. */
export async function offeredBy<Module>(vendor: string, file: string): Promise<Module | undefined> {
  const url = new URL(`${vendor}/${file}`, HERE);
  return existsSync(url) ? ((await import(url.href)) as Module) : undefined;
}
