import { type Zippable, zipSync } from 'fflate';

const UNIX = 3;
/** A file that everybody may read: Lambda runs functions as a user of its own. */
const FILE_ATTRIBUTES = 0o100_644 << 16;

/**
 * A zip of these files, by their paths. The same files give the same bytes on every machine and with every version of Node:
 * nothing of the machine or of the time of making is in it, and what compresses is JavaScript. Node's own zlib writes other
 * bytes on other processors.
 */
export function zip(files: Readonly<Record<string, Uint8Array>>): Buffer {
  // The first day that a zip can name. It is written in local time, so it is the same everywhere.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const name of Object.keys(files).sort()) {
    entries[name] = [files[name] as Uint8Array, { mtime, level: 9, mem: 8, os: UNIX, attrs: FILE_ATTRIBUTES }];
  }
  return Buffer.from(zipSync(entries));
}
