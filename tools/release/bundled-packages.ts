import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
/** The folder of the package that a file belongs to, also of one that is installed inside another. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** A package of which a bundle has code. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it: an SPDX expression. Undefined if it says none. */
  readonly licence: string | undefined;
  /** The hash of the package as the registry has it, from the lock file. */
  readonly hash: { readonly algorithm: 'SHA-512'; readonly hex: string } | undefined;
  /** Its folder, relative to the root of the repository. */
  readonly folder: string;
}

/** The packages of which there is code in a bundle, in the order of their names. Files of which nothing is left do not count. */
export function bundledPackages({ outputs }: Metafile): BundledPackage[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(files.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  return [...folders].map(readPackage).sort((one, other) => (labelOf(one) < labelOf(other) ? -1 : 1));
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: unknown;
  };
  return { name, version, licence: typeof license === 'string' ? license : undefined, hash: hashOf(folder), folder };
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

function labelOf({ name, version, folder }: BundledPackage): string {
  return `${name}@${version} ${folder}`;
}
