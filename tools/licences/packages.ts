import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** A package of somebody else, as it is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it, usually an expression of SPDX. Undefined if it says nothing. */
  readonly licence: string | undefined;
  /** Its licence files and notices. Some packages have none. */
  readonly texts: readonly string[];
}

/** The folder of the innermost package that a path leads into. */
const PACKAGE_FOLDER = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/** The packages that code in a bundle comes from: what was left out as unused is not among them. */
export function packagesIn({ outputs }: Pick<Metafile, 'outputs'>, root = ROOT): InstalledPackage[] {
  const used = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = used.flatMap(([path]) => PACKAGE_FOLDER.exec(path)?.[1] ?? []);
  return installedPackages(folders, root);
}

/** What package-lock.json says about the place of a package. */
interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The packages that come with Tidemark where it is installed as a package: its dependencies and theirs, without those for development. */
export function packagesInstalledWith(root = ROOT): InstalledPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = new Set<string>();
  const follow = (place: string) => {
    const { dependencies, optionalDependencies, peerDependencies } = packages[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const folder = placesOf(name, place).find((each) => Object.hasOwn(packages, each));
      if (folder === undefined || found.has(folder)) continue;
      found.add(folder);
      follow(folder);
    }
  };
  follow('');
  return installedPackages([...found], root);
}

/** Where Node looks for a package that the one at `place` imports, nearest first. */
function placesOf(name: string, place: string): string[] {
  const inside = `${place}${place === '' ? '' : '/'}node_modules/${name}`;
  if (place === '') return [inside];
  return [inside, ...placesOf(name, place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))))];
}

/** Packages by name, sorted. Those for other machines are not installed, and left out. */
export function installedPackages(folders: readonly string[], root = ROOT): InstalledPackage[] {
  const packages = [...new Set(folders)].flatMap((folder) => installedPackage(join(root, folder)) ?? []);
  return packages.sort((a, b) => compare(`${a.name} ${a.version}`, `${b.name} ${b.version}`));
}

function installedPackage(folder: string): InstalledPackage | undefined {
  const files = filesIn(folder);
  if (files.length === 0) return undefined;
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: unknown;
  };
  const texts = files.filter((file) => LICENCE_FILE.test(file)).map((file) => readFileSync(join(folder, file), 'utf8'));
  // Packages of the years before SPDX write an object.
  const named = typeof license === 'object' ? (license as { readonly type?: unknown } | null)?.type : license;
  return { name, version, licence: typeof named === 'string' ? named : undefined, texts };
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? entry.name : [])).sort(compare);
  } catch {
    return [];
  }
}

/** The same order on every machine, whatever its language is. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
