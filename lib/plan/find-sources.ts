import { readdir } from 'node:fs/promises';
import type { Source } from '../../functions/core/model.ts';

const FOLDER = new URL('../../functions/sources/', import.meta.url);

/** Every source there is: the folder is the registry. */
export async function findSources(): Promise<Source[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return await Promise.all(
    names.map(async (name) => ((await import(new URL(`${name}/source.ts`, FOLDER).href)) as { source: Source }).source),
  );
}

/** The file with the entry point of a source's Lambda that exchanges credentials; sources that can have one. */
export function rotateHandlerOf(source: string): URL {
  return new URL(`${source}/rotate-handler.ts`, FOLDER);
}

/** The file with a source's Lambda entry point. */
export function handlerOf(source: string): URL {
  return new URL(`${source}/handler.ts`, FOLDER);
}
