import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

const HERE = new URL('./', import.meta.url);

/** What each vendor's tests offer to the shared ones: the modules of this name in `test/sources/<vendor>/`, where there is one. */
export async function offeredBySources<Module>(file: string): Promise<Module[]> {
  const vendors = (await readdir(HERE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const files = vendors.map(({ name }) => new URL(`${name}/${file}`, HERE)).sort();
  return await Promise.all(
    files.filter((one) => existsSync(one)).map(async (one) => (await import(one.href)) as Module),
  );
}
