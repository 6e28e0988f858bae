import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BUNDLING } from '../../lib/code/bundle-function.ts';
import { entryOf } from '../../lib/code/bundle-names.ts';
import { floorOf } from '../sources/find.ts';

const HERE = fileURLToPath(new URL('../', import.meta.url));

/** Where bundles come from and go to. */
export interface Workshop {
  /** The checkout whose handlers are measured. */
  readonly root: string;
  /** The folder of the bundles. */
  readonly folder: string;
  /** False for profiles: functions keep their names. */
  readonly minify: boolean;
}

/** A bundle, and its size in bytes. */
export interface Bundle {
  readonly url: string;
  readonly bytes: number;
}

/** The Lambda of a source, bundled as the deployment does it. */
export async function bundleHandler({ root, ...shop }: Workshop, source: string): Promise<Bundle> {
  const entry = join(root, entryOf(source));
  return await bundle(shop, `${source}-handler`, { entryPoints: [entry], external: await neverLoaded(root) });
}

/** A program of `bench/subjects`. */
export async function bundleSubject(shop: Workshop, name: string): Promise<Bundle> {
  return await bundle(shop, name, { entryPoints: [join(HERE, 'subjects', `${name}.ts`)] });
}

/** The floor of a source. */
export async function bundleFloor(shop: Workshop, source: string): Promise<Bundle> {
  const contents = `
    import { serveFloor } from ${JSON.stringify(join(HERE, 'subjects/floor.ts'))};
    import { floor } from ${JSON.stringify(fileURLToPath(floorOf(source)))};
    serveFloor(floor);`;
  return await bundle(shop, `${source}-floor`, { stdin: { contents, resolveDir: HERE, loader: 'ts' } });
}

/** What the deployment leaves out of the bundle. */
async function neverLoaded(root: string): Promise<string[]> {
  const file = join(root, 'lib/functions/never-loaded.ts');
  if (!existsSync(file)) return [];
  const { NEVER_LOADED } = (await import(pathToFileURL(file).href)) as { NEVER_LOADED: readonly string[] };
  return [...NEVER_LOADED];
}

type Entry =
  | { readonly entryPoints: string[]; readonly external?: string[] }
  | { readonly stdin: { contents: string; resolveDir: string; loader: 'ts' } };

async function bundle({ folder, minify }: Omit<Workshop, 'root'>, name: string, entry: Entry): Promise<Bundle> {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    ...BUNDLING,
    ...entry,
    outfile,
    minify,
  });
  const bytes = Object.values(metafile.outputs).reduce((all, output) => all + output.bytes, 0);
  return { url: pathToFileURL(outfile).href, bytes };
}
