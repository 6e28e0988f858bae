import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfiguredDestination } from '../../../../functions/core/config/destination.ts';
import type { FormatId } from '../../../../functions/core/model.ts';

/** A file with delivered events, a line each. */
export interface EventFile {
  readonly path: string;
  readonly source: string;
  /** Files sort in time by it. */
  readonly stamp: string;
}

/** Where delivered events can be read. */
export interface EventFiles {
  /** What to say where there are none. */
  readonly emptyRemark: string;
  /** All destinations. */
  readonly destinations: readonly ConfiguredDestination[];
  /** The destination whose events are read. Undefined as long as there is none. */
  choose(): Promise<ConfiguredDestination | undefined>;
  /** The files of the last two days. */
  list(destination: ConfiguredDestination): Promise<EventFile[]>;
  /** The lines of a file: of a very large one, those of its end. */
  read(path: string): Promise<string[]>;
}

/** The formats from which the others can be made come first. */
const PREFERRED: readonly FormatId[] = ['ecs', 'raw', 'ocsf', 'cef'];
/** Maximum number of bytes of one file that are read. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const DAYS = 2;

/** The destinations, those first of whose events most can be shown. */
export function byPreference(destinations: readonly ConfiguredDestination[]): ConfiguredDestination[] {
  return destinations.toSorted(
    (one, other) => PREFERRED.indexOf(one.shape.format) - PREFERRED.indexOf(other.shape.format),
  );
}

/** The files of this machine: `<out>/<destination>/source=<source>/dt=<day>/<object>`. */
export function localFiles(out: string, destinations: readonly ConfiguredDestination[]): EventFiles {
  return {
    emptyRemark: `Nothing has been delivered into ${out} yet.`,
    destinations,
    async choose() {
      // One whose events are sent elsewhere has no folder.
      for (const destination of byPreference(destinations)) {
        if ((await namesIn(join(out, destination.id))).length > 0) return destination;
      }
      return undefined;
    },
    async list({ id }) {
      const folder = join(out, id);
      const files: EventFile[] = [];
      for (const source of await namesIn(folder)) {
        for (const day of (await namesIn(join(folder, source))).sort().slice(-DAYS)) {
          for (const name of await filesIn(join(folder, source, day))) {
            const path = join(folder, source, day, name);
            files.push({ path, source: source.replace('source=', ''), stamp: stampOf(name) });
          }
        }
      }
      return files;
    },
    read: readEnd,
  };
}

/** The time in the name of an object: `<stream>-1-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid>`. */
function stampOf(name: string): string {
  return /-1-(\d{4}(?:-\d\d){5})-/.exec(name)?.[1] ?? '';
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  // Hidden ones are being written.
  return names.filter((name) => !name.startsWith('.'));
}

/** Reading a pipe that somebody has put there would never end. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
}

async function readEnd(path: string): Promise<string[]> {
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MAX_FILE_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n');
    // Of a file that was cut, the first line is not whole.
    return size > length ? lines.slice(1) : lines;
  } finally {
    await file.close();
  }
}
