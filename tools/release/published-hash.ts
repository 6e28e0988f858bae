import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

let known: ReadonlyMap<string, string> | undefined;

/** The SHA-512 of a package as the registry has it, in hexadecimal digits. The lock file has it; undefined if it has another kind of hash. */
export function publishedHash(name: string, version: string): string | undefined {
  known ??= readHashes();
  return known.get(`${name}@${version}`);
}

function readHashes(): ReadonlyMap<string, string> {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lock;
  return new Map(
    Object.entries(lock.packages).flatMap(([folder, { version, integrity = '' }]) => {
      const [, base64] = /^sha512-(\S+)$/.exec(integrity) ?? [];
      const name = folder.split('node_modules/').at(-1) ?? '';
      return base64 === undefined
        ? []
        : [[`${name}@${version}`, Buffer.from(base64, 'base64').toString('hex')] as const];
    }),
  );
}
