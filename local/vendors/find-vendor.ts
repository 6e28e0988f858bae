import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Vendor } from './vendor.ts';

const NAME = /^[a-z][a-z0-9-]*$/;
const HERE = import.meta.dirname;

/** The simulator of a source, if this folder has one: the file is named like the source and exports `vendor`. */
export async function findVendor(id: string): Promise<Vendor | undefined> {
  // The command line's own file would run when imported.
  if (!NAME.test(id) || id === 'cli' || !existsSync(`${HERE}/${id}.ts`)) return undefined;
  const module = (await import(/* @vite-ignore */ `./${id}.ts`)) as { readonly vendor?: Vendor };
  return module.vendor;
}

/** All simulators that there are. */
export async function findVendors(): Promise<readonly Vendor[]> {
  const names = (await readdir(HERE)).filter((name) => name.endsWith('.ts')).toSorted();
  const found = await Promise.all(names.map((name) => findVendor(name.slice(0, -'.ts'.length))));
  return found.filter((vendor) => vendor !== undefined);
}
