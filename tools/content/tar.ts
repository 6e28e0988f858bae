import { gzipSync } from 'fflate';

// A tar archive by the POSIX form "ustar", which every tar reads. The same files give the same bytes: nothing of the machine, the user
// or the time of the making is in it (docs/decisions/0039-packages.md).

const BLOCK = 512;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
/** Longest name that the form holds without its extensions. */
const MAX_NAME = 100;
/** Position of the byte of a gzip header that names the operating system, and its value for "unknown". */
const OS_AT = 9;
const UNKNOWN_OS = 255;

/** A gzipped tar archive of files below one folder, with an entry for each folder. */
export function tarball(files: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(files).sort();
  const folders = [...new Set(names.flatMap(foldersOf))].map((name) => entry(name, FOLDER_MODE));
  const contents = names.map((name) => entry(name, FILE_MODE, Buffer.from(files[name] ?? '')));
  const archive = Buffer.concat([...folders.sort(byName), ...contents].map(({ bytes }) => bytes));
  const all = Buffer.concat([archive, Buffer.alloc(2 * BLOCK)]);
  const zipped = Buffer.from(gzipSync(all, { level: 9, mtime: 0 }));
  zipped[OS_AT] = UNKNOWN_OS;
  return zipped;
}

interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

function byName(one: Entry, other: Entry): number {
  return one.name < other.name ? -1 : 1;
}

/** The folders of a path from the top, each ended by a slash. */
function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

function entry(name: string, mode: number, content = Buffer.alloc(0)): Entry {
  if (Buffer.byteLength(name) > MAX_NAME)
    throw new Error(`${name}: a name in an archive has at most ${MAX_NAME} bytes`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108); // user
  header.write(octal(0, 7), 116); // group
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136); // time
  header.write(' '.repeat(8), 148); // the checksum counts as spaces
  header.write(name.endsWith('/') ? '5' : '0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return { name, bytes: Buffer.concat([header, content, padding]) };
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
