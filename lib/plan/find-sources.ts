import { readdir } from 'node:fs/promises';
import type { Source } from '../../functions/core/model.ts';

const FOLDER = new URL('../../functions/sources/', import.meta.url);

/** All sources: the folder is the registry. */
export async function findSources(): Promise<Source[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return await Promise.all(
    names.map(async (name) => ((await import(new URL(`${name}/source.ts`, FOLDER).href)) as { source: Source }).source),
  );
}

/** The entry point of a source's rotation Lambda, for sources that support rotation. */
export function rotateHandlerOf(source: string): URL {
  return new URL(`${source}/rotate-handler.ts`, FOLDER);
}

/** The entry point of a source's Lambda. */
export function handlerOf(source: string): URL {
  return new URL(`${source}/handler.ts`, FOLDER);
}
