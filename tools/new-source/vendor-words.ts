import { globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Source } from '../../functions/core/model.ts';

const ROOT = join(import.meta.dirname, '../..');
const OF_A_VENDOR = /^(functions|test|bench)\/sources\/[^/]+\//;

/** Names that a standard gives to something, whatever a vendor is called: they mean no vendor. */
const STANDARD_NAMES = /\bframe-ancestors\b/g;

/** The files that name no vendor, from the root of the project: all but those in the vendors' own folders. */
export function sharedFiles(): string[] {
  return ['functions', 'lib', 'cli', 'local', 'bench', 'test']
    .flatMap((folder) => globSync(`${folder}/**/*`, { cwd: ROOT, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !OF_A_VENDOR.test(path))
    .sort();
}

/** The vendors' words in the path and the text of a file. */
export function vendorWordsOf(path: string, words: ReadonlySet<string>): string[] {
  return vendorWordsIn(`${path}\n${readFileSync(join(ROOT, path), 'utf8').replace(STANDARD_NAMES, '')}`, words);
}

/** The words that a source is known by: its id, and the words of its title, of its vendor's name and of its API's domain. */
export function vendorWords(sources: readonly Pick<Source, 'id' | 'title' | 'vendor' | 'origin'>[]): Set<string> {
  const texts = sources.flatMap(({ id, title, vendor, origin }) => [id, title, vendor, domainOf(origin)]);
  return new Set(texts.flatMap((text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? []));
}

/** `thing` of `https://api.thing.com/v1`. */
function domainOf(origin: string | undefined): string {
  return origin === undefined ? '' : (new URL(origin).hostname.split('.').at(-2) ?? '');
}

/**
 * The vendors' words in a text, as they are written there. A word counts where it stands alone and as a part of a name:
 * `acme`, `startAcme`, `AcmeOptions`, `ACME_ID` and `acme-id`, but not `acmes` or `pacme`.
 */
export function vendorWordsIn(text: string, words: ReadonlySet<string>): string[] {
  return (text.match(/[A-Za-z0-9]+/g) ?? []).filter((name) => isNamed(name, words));
}

function isNamed(name: string, words: ReadonlySet<string>): boolean {
  if (words.has(name.toLowerCase())) return true;
  // A vendor's own capitals may split its word: any parts in a row may be one.
  const parts = (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+/g) ?? []).map((part) => part.toLowerCase());
  return parts.some((_, from) => parts.some((_, to) => to >= from && words.has(parts.slice(from, to + 1).join(''))));
}
