import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TidemarkError } from '../../functions/core/errors.ts';
import { writeFiles } from '../write-files.ts';
import type { ContentInputs } from './content-inputs.ts';
import { type ContentPackage, madeContent, PACKAGES } from './packages.ts';
import { tarball } from './tar.ts';

const ROOT = join(import.meta.dirname, '../..');
const USAGE = 'npm run content -- --out DIR';

/** Writes the packages into the folder that the arguments name, and tells what it wrote. */
export function writeContent(args: readonly string[], inputs: ContentInputs): string {
  const out = outOf(args);
  const files = packedFiles(inputs);
  writeFiles(out, files, USAGE);
  return Object.keys(files)
    .map((path) => `${join(out, path)}\n`)
    .join('');
}

/** The packages' files by their paths in the folder where they are written. */
export function packedFiles(inputs: ContentInputs): Record<string, string | Buffer> {
  const made = madeContent(inputs);
  return Object.assign({}, ...PACKAGES.map((each) => packed(each, filesOf(each, made), inputs.version)));
}

function packed({ folder, archive }: ContentPackage, files: Record<string, string>, version: string) {
  if (archive !== undefined) return { [`${archive}-${version}.tar.gz`]: tarball(below(archive, files)) };
  return below(folder, files);
}

/** The files of a package as they are now: those that are made again replace what is in the repository. */
function filesOf({ folder }: ContentPackage, made: Readonly<Record<string, string>>): Record<string, string> {
  const from = `content/${folder}`;
  const written = globSync(`${from}/**/*`, { cwd: ROOT }).filter((path) => statSync(join(ROOT, path)).isFile());
  const paths = [...new Set([...written, ...Object.keys(made).filter((path) => path.startsWith(`${from}/`))])].sort();
  const entries = paths.map((path) => [
    path.slice(from.length + 1),
    made[path] ?? readFileSync(join(ROOT, path), 'utf8'),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

function outOf(args: readonly string[]): string {
  const { out } = parseArgs({ args: [...args], options: { out: { type: 'string' } } }).values;
  if (out) return out;
  throw wrongOut(
    'It is not said where to write the packages.',
    `Name a folder: ${USAGE}. It is made if it is not there.`,
  );
}

function wrongOut(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
