import { createHash } from 'node:crypto';
import type { SetNames } from './set-names.ts';

/** The hashes of the files, in the form that `sha256sum --check` reads: one line each. */
export function makeManifest(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): string {
  return files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).join('');
}

/** The hashes in a manifest, by file. Undefined if it is not the manifest of exactly these files. */
export function readManifest(text: string, { json, html }: SetNames): ReadonlyMap<string, string> | undefined {
  const lines = text.split('\n');
  if (lines.length !== 3 || lines[2] !== '') return undefined;
  const entries = lines.slice(0, 2).map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line));
  const hashes = new Map(entries.map((entry) => [entry?.[2] ?? '', entry?.[1] ?? '']));
  return hashes.size === 2 && hashes.has(json) && hashes.has(html) ? hashes : undefined;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
