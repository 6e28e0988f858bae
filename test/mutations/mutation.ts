import { readFileSync } from 'node:fs';

/** A bug that is planted in the engine, to see whether the tests would find it there. */
export interface Mutation {
  readonly name: string;
  /** What it would do to a user. */
  readonly story: string;
  /** The file, below the root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly put: string;
  /** The test file that finds it, where the simulator cannot come; the simulator unless said. */
  readonly test?: string;
}

/** The root of the project, as a URL. */
export const ROOT = new URL('../../', import.meta.url);

/** The file with the bug in it; throws when the patch does not fit any more. */
export function plant({ name, file, find, put }: Mutation, source: string): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${name}: what it replaces stands ${places} times in ${file}`);
  return source.replace(find, () => put);
}

/** The text of the file that a mutation changes. */
export function sourceOf({ file }: Mutation): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}
