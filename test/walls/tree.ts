import { globSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** The files below folders of the project; paths from its root, with slashes. */
export function filesBelow(...folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*`, { cwd: ROOT, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** A file's text, given its path from the root. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const IMPORT = /\bfrom\s+'(\.[^']*)'|\bimport\(?\s*'(\.[^']*)'/g;

/** The project's files that a TypeScript file imports, types included; paths from the root. */
export function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, named, whole]) => posix.join(posix.dirname(path), named ?? whole ?? ''));
}
