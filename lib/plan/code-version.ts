import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../functions/shell/version.ts';

const ROOT = new URL('../../', import.meta.url);
const FUNCTIONS = 'functions/';
const SOURCES = 'functions/sources/';
/** Which version of each package is built into a function. */
const PACKAGES = 'package-lock.json';
/** As many digits as a function gives of the hash of its bundle. */
const DIGITS = 12;

const known = new Map<string, string>();

/**
 * The hash of the code of a source that runs without being bundled: SHA-256 over the names and contents of the files in functions/,
 * without the other sources, and of package-lock.json. Fixtures are no code. The same checkout gives the same hash on any machine.
 */
export function codeHash(source: string): string {
  const before = known.get(source);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  for (const name of [...filesOf(source), PACKAGES]) {
    const text = readFileSync(new URL(name, ROOT));
    hash.update(`${name} ${text.length}\n`).update(text);
  }
  const digest = hash.digest('hex').slice(0, DIGITS);
  known.set(source, digest);
  return digest;
}

/** What the local function of a source says of itself in a clone: `0.1.0+<hash>`. */
export function codeVersion(source: string): string {
  return `${VERSION}+${codeHash(source)}`;
}

/** The variable that tells it to a local function. There is none in the npm package: its functions are the bundles, and hash themselves. */
export function versionVariable(source: string): Readonly<Record<string, string>> {
  return extname(import.meta.filename) === '.ts' ? { TIDEMARK_VERSION: codeVersion(source) } : {};
}

/** The files, in an order that no machine decides. */
function filesOf(source: string): string[] {
  const folder = new URL(FUNCTIONS, ROOT);
  return readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${FUNCTIONS}${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.includes('/fixtures/'))
    .filter((name) => !name.startsWith(SOURCES) || name.startsWith(`${SOURCES}${source}/`))
    .sort();
}
