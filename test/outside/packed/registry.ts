import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = 'node_modules/';
/** Stands between a package's name and the name of its archive. */
const ARCHIVE = '/-/';

interface Manifest {
  readonly version: string;
  readonly [field: string]: unknown;
}

/** A package in one version. */
interface Release {
  readonly name: string;
  readonly manifest: Manifest;
  readonly archive: () => Readable;
}

/** A registry on loopback. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a registry that has the packages of the lock file, made from what is installed here, and the archives of a test.
 *
 * @param work a folder of its own
 * @param packed archives that `npm pack` has made
 */
export async function startRegistry(work: string, packed: readonly string[]): Promise<Registry> {
  const releases = Map.groupBy([...packed.map(fromArchive), ...lockedReleases(work)], ({ name }) => name);
  const server = createServer(async (request, response) => {
    const [name = '', version] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split(ARCHIVE);
    const known = releases.get(name) ?? [];
    const asked = known.find(({ manifest }) => manifest.version === version);
    if (known.length > 0 && version === undefined) return response.end(JSON.stringify(document(name, known)));
    if (!asked) return response.writeHead(404).end('{}');
    await pipeline(asked.archive(), response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function document(name: string, known: readonly Release[]): object {
    const versions = known.map(({ manifest }) => {
      const tarball = `${url}/${name}${ARCHIVE}${manifest.version}`;
      return [manifest.version, { ...manifest, name, dist: { tarball } }];
    });
    return { name, 'dist-tags': { latest: known[0]?.manifest.version }, versions: Object.fromEntries(versions) };
  }
}

/** Every version of every package in the lock file, once; first the one that is at the root. */
function lockedReleases(work: string): Release[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Manifest & { readonly link?: true }>;
  };
  const releases = new Map<string, Release>();
  for (const path of Object.keys(packages).sort((one, other) => one.length - other.length)) {
    const locked = packages[path] as Manifest & { readonly link?: true };
    const at = path.lastIndexOf(FOLDERS);
    const name = path.slice(at + FOLDERS.length);
    const id = `${name}@${locked.version}`;
    if (at < 0 || locked.link || releases.has(id)) continue;
    releases.set(id, fromFolder(work, name, join(ROOT, path), locked));
  }
  return [...releases.values()];
}

/** A package as it is installed. What is for another platform is not: an empty one takes its place. */
function fromFolder(work: string, name: string, folder: string, locked: Manifest): Release {
  const file = join(folder, 'package.json');
  const isHere = existsSync(file);
  const own = isHere ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : { ...locked, name };
  // Of the lock file, as the real registry tells: what makes npm warn.
  const { deprecated, hasInstallScript } = locked;
  const manifest = {
    ...own,
    ...(deprecated !== undefined && { deprecated }),
    ...(hasInstallScript === true && { hasInstallScript }),
  };
  const bundles = 'bundleDependencies' in own || 'bundledDependencies' in own;
  return {
    name,
    manifest,
    archive() {
      const above = mkdtempSync(join(work, 'archive-'));
      if (isHere) symlinkSync(folder, join(above, 'package'));
      else {
        mkdirSync(join(above, 'package'));
        writeFileSync(join(above, 'package/package.json'), JSON.stringify(own));
      }
      const skip = bundles ? [] : ['--exclude', `package/${FOLDERS}*`];
      return spawn('tar', ['-chf', '-', ...skip, '-C', above, 'package']).stdout;
    },
  };
}

function fromArchive(file: string): Release {
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
  return { name: manifest.name, manifest, archive: () => createReadStream(file) };
}
