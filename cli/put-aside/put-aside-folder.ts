import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';
import { PUT_ASIDE } from '../../local/services/firehose-delivery.ts';
import type { ListedObject } from '../cloud/buckets/list-objects.ts';
import type { PutAsideObjects } from './put-aside-objects.ts';
import { type Refused, readRefused } from './read-refused.ts';

/** The folder where the embedded Firehose puts what a destination did not take. */
export class PutAsideFolder implements PutAsideObjects {
  readonly #folder: string;

  /** @param out the folder of all objects */
  constructor(out: string) {
    this.#folder = join(out, PUT_ASIDE);
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    const entries = await readdir(join(this.#folder, prefix), { recursive: true, withFileTypes: true }).catch(
      (thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') return [];
        throw thrown;
      },
    );
    // A name that begins with a dot is of an object that is being written.
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
    for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
      const { size, mtime } = await stat(path);
      yield { key: relative(this.#folder, path).split(sep).join('/'), bytes: size, at: mtime };
    }
  }

  async read(key: string, fields: RefusedRecords): Promise<Refused> {
    return readRefused(await readFile(join(this.#folder, key)), fields);
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.#folder, key));
  }
}
