import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';

const FOLDER = new URL('../../functions/sources/', import.meta.url);
/** `.ts` in a clone, `.js` where this is compiled. */
const EXTENSION = extname(import.meta.filename);

/** All sources: the folder is the registry. */
export async function findSources(): Promise<Source[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return await Promise.all(names.map((name) => readSource(name)));
}

/** The source in a folder. @param folder where the folders of all sources are */
export async function readSource(name: string, folder = FOLDER): Promise<Source> {
  const file = new URL(`${name}/source${EXTENSION}`, folder);
  const path = `functions/sources/${name}/source.ts`;
  if (!existsSync(file)) {
    throw wrong(
      `${path} is missing.`,
      `Each folder in functions/sources is a vendor. Write this file, or remove functions/sources/${name} if it is a rest of something.`,
    );
  }
  const { source } = (await import(file.href)) as { readonly source?: Partial<Source> };
  if (typeof source !== 'object' || !Array.isArray(source.streams)) {
    throw wrong(
      `${path} exports no \`source\`.`,
      'It is found by this name: write `export const source: Source = { ... };`.',
    );
  }
  if (source.id !== name) {
    throw wrong(
      `${path}: the id of the source is ${JSON.stringify(source.id)}, and its folder is ${JSON.stringify(name)}.`,
      'Give both the same name: the source is found by its folder.',
    );
  }
  return source as Source;
}

/** The entry point of a source's rotation Lambda, for sources that support rotation. */
export function rotateHandlerOf(source: string): URL {
  return new URL(`${source}/rotate-handler${EXTENSION}`, FOLDER);
}

/** The entry point of a source's Lambda. */
export function handlerOf(source: string): URL {
  return new URL(`${source}/handler${EXTENSION}`, FOLDER);
}

function wrong(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
