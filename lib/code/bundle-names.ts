import type { Source } from '../../functions/core/model.ts';

/** The file in a function’s zip. */
export const BUNDLE_FILE = 'index.mjs';
const ROTATION = '-rotation';

/** The name of the bundle that reads a source, and of the one that rotates its credentials. */
export function bundleName(source: string, does: 'reading' | 'rotation'): string {
  return does === 'rotation' ? `${source}${ROTATION}` : source;
}

/** The names of all bundles of these sources. */
export function bundleNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ id, rotation }) => [
    bundleName(id, 'reading'),
    ...(rotation ? [bundleName(id, 'rotation')] : []),
  ]);
}

/** The entry point of a bundle, relative to the root of the repository. */
export function entryOf(name: string): string {
  return name.endsWith(ROTATION)
    ? `functions/sources/${name.slice(0, -ROTATION.length)}/rotate-handler.ts`
    : `functions/sources/${name}/handler.ts`;
}
