import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import { writeFiles } from '../write-files.ts';

/** The files of a release, by their paths in its folder. */
export type ReleaseFiles = Readonly<Record<string, Uint8Array>>;

/** The sums of all other files. */
export const SUMS = 'SHA256SUMS';
const USAGE = 'npm run release -- --out DIR';
const LINE = /^(?<sum>[0-9a-f]{64}) {2}(?<path>.+)$/;

/** Adds the sums, in the form that `sha256sum -c` reads. */
export function withSums(files: Readonly<Record<string, string | Uint8Array>>): ReleaseFiles {
  const entries = Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = sorted.map(([path, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`);
  return { ...Object.fromEntries(sorted), [SUMS]: Buffer.from(lines.join('')) };
}

/** Writes a release. A folder that holds an earlier one is emptied of it first; one with anything else in it is refused. */
export function writeRelease(folder: string, files: ReleaseFiles): void {
  refuseForeign(folder);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) rmSync(join(folder, name), { recursive: true });
  writeFiles(folder, files, USAGE);
}

/** Refuses a folder with anything that the sums of an earlier release do not list. */
function refuseForeign(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw refused(`${folder} is a file, and a folder is wanted.`);
  const there = filesIn(folder);
  const listed = new Set([...(there.includes(SUMS) ? [SUMS, ...sumsIn(folder).keys()] : [])]);
  const foreign = there.filter((path) => !listed.has(path));
  if (foreign.length === 0) return;
  throw refused(`${folder} is no earlier release: there is ${foreign.slice(0, 3).join(', ')}${more(foreign)} in it.`);
}

/** What a folder has that a release has not, and the other way round: one line for each file. */
export function differences(folder: string, files: ReleaseFiles): string[] {
  const there = new Set(filesIn(folder));
  if (there.size === 0) throw refused(`${folder} has no release in it.`);
  const all = [...new Set([...there, ...Object.keys(files)])].sort();
  return all.flatMap((path) => {
    const made = files[path];
    if (made === undefined) return [`${path}: this checkout does not make it`];
    if (!there.has(path)) return [`${path}: it is missing`];
    return Buffer.compare(readFileSync(join(folder, path)), made) === 0 ? [] : [`${path}: other bytes`];
  });
}

/** Everything in a folder that is no folder itself: a link is something foreign, too. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')).sort();
}

function sumsIn(folder: string): Map<string, string> {
  const lines = readFileSync(join(folder, SUMS), 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const { path, sum } = LINE.exec(line)?.groups ?? {};
      return path === undefined || sum === undefined ? [] : [[path, sum] as const];
    }),
  );
}

function more(list: readonly string[]): string {
  return list.length > 3 ? ` and ${list.length - 3} more` : '';
}

function refused(message: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message,
    remedy: 'Name an empty folder, one that is not there yet, or one with an earlier release.',
  });
}
