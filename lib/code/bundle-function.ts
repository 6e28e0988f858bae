import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import { NEVER_LOADED } from '../functions/never-loaded.ts';
import { BUNDLE_FILE, entryOf } from './bundle-names.ts';
import { zip } from './zip.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How everything is bundled that runs in a function: one file that includes the SDK, for the Node of Lambda. */
export const BUNDLING = {
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  // Some bundled packages still call require.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The code of a function, as it is deployed. Nothing of a deployment is in it: it is the same for everybody. */
export interface FunctionBundle {
  readonly name: string;
  readonly code: Buffer;
  /** What Lambda takes: the code as `index.mjs`. */
  readonly zip: Buffer;
  /** It is not in the zip: it would double what a cold start loads. */
  readonly sourceMap: Buffer;
  /** What the code was made from. */
  readonly metafile: Metafile;
}

/** Built once in a process: two functions of a source have the same code. */
const built = new Map<string, FunctionBundle>();

/** Builds the code of a function from the sources. */
export function bundleFunction(name: string): FunctionBundle {
  const before = built.get(name);
  if (before) return before;
  const { outputFiles, metafile } = buildSync({
    ...BUNDLING,
    absWorkingDir: ROOT,
    entryPoints: [entryOf(name)],
    outfile: BUNDLE_FILE,
    write: false,
    sourcemap: 'external',
    external: [...NEVER_LOADED],
  });
  const contentOf = (ending: string) =>
    Buffer.from(outputFiles.find(({ path }) => path.endsWith(ending))?.contents ?? []);
  const code = contentOf(BUNDLE_FILE);
  const bundle = { name, code, zip: zip({ [BUNDLE_FILE]: code }), sourceMap: contentOf('.map'), metafile };
  built.set(name, bundle);
  return bundle;
}
