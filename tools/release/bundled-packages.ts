import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { type InstalledPackage, packagesIn, ROOT } from '../licences/packages.ts';

/** A package of which a bundle has code. */
export interface BundledPackage extends InstalledPackage {
  /** The hash of the package as the registry has it, from the lock file. */
  readonly hash: { readonly algorithm: 'SHA-512'; readonly hex: string } | undefined;
}

/** The packages of which there is code in a bundle, in the order of their names. */
export function bundledPackages(metafile: Metafile): BundledPackage[] {
  return packagesIn(metafile).map((one) => ({ ...one, hash: hashOf(one.folder) }));
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

let lock: Lock | undefined;

function hashOf(folder: string): BundledPackage['hash'] {
  lock ??= JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const [, base64] = /^sha512-(\S+)$/.exec(lock.packages[folder]?.integrity ?? '') ?? [];
  return base64 === undefined
    ? undefined
    : { algorithm: 'SHA-512', hex: Buffer.from(base64, 'base64').toString('hex') };
}
