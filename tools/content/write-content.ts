import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { ContentInputs } from './content-inputs.ts';
import { type ContentPackage, madeContent, PACKAGES } from './packages.ts';
import { tarball } from './tar.ts';

const ROOT = join(import.meta.dirname, '../..');
const USAGE = 'npm run content -- --out DIR';

/** Writes the packages into the folder that the arguments name, and tells what it wrote. */
export function writeContent(args: readonly string[], inputs: ContentInputs): string {
  const out = outOf(args);
  const written = Object.entries(packedFiles(inputs)).map(([path, content]) => {
    const file = join(out, path);
    attempt(out, () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    });
    return `${file}\n`;
  });
  return written.join('');
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

/** Writes into the folder, and says what to do if that is not possible. */
function attempt(out: string, write: () => void): void {
  try {
    write();
  } catch (thrown) {
    const { code = '', path = out } = thrown as NodeJS.ErrnoException;
    const [what, remedy] = PROBLEMS[code] ?? [
      `cannot be written: ${(thrown as Error).message}`,
      'Name another folder.',
    ];
    throw wrongOut(`${path} ${what}.`, `${remedy} ${USAGE}`);
  }
}

const PROBLEMS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  EEXIST: ['is a file, and a folder is wanted', 'Name another folder, or move the file away.'],
  ENOTDIR: ['is below a file, and a folder is wanted', 'Name another folder, or move the file away.'],
  EISDIR: ['is a folder, and a file is to be written there', 'Name another folder, or move that one away.'],
  EACCES: ['cannot be written: there is no permission', 'Name a folder that you may write to.'],
  EROFS: ['cannot be written: its file system is read-only', 'Name a folder that you may write to.'],
  ENOSPC: ['cannot be written: the disk is full', 'Name a folder on a disk with space.'],
};

function wrongOut(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
