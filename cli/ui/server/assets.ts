import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

/** All files of the page by their paths, and what the content security policy must allow. */
export interface Assets {
  readonly files: ReadonlyMap<string, Asset>;
  /** The digest of the import map, the only script that stands in the page itself. */
  readonly importMapHash: string;
}

const PAGE = new URL('../page/', import.meta.url);

/** The libraries that the page uses: the path of each, as the import map of the page has it, and where it is installed. */
const LIBRARIES = [
  { path: '/lib/preact.js', from: import.meta.resolve('preact') },
  { path: '/lib/hooks.js', from: import.meta.resolve('preact/hooks') },
  { path: '/lib/htm.js', from: import.meta.resolve('htm') },
  { path: '/lib/uplot.js', from: new URL('uPlot.esm.js', import.meta.resolve('uplot')) },
  { path: '/lib/uplot.css', from: new URL('uPlot.min.css', import.meta.resolve('uplot')) },
] as const;

const IMPORT_MAP = /<script type="importmap">([^<]*)<\/script>/;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Reads all files of the page once: nothing else of the disk can ever be asked for. */
export async function readAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  const add = async (path: string, from: string | URL) => {
    const type = TYPES[path.split('.').at(-1) ?? ''];
    if (type !== undefined) files.set(path, { type, body: await readFile(new URL(from)) });
  };
  const names = await readdir(PAGE, { recursive: true });
  for (const name of names.map((each) => each.replaceAll('\\', '/'))) await add(`/page/${name}`, new URL(name, PAGE));
  for (const { path, from } of LIBRARIES) await add(path, from);
  const page = await readFile(new URL('index.html', PAGE));
  files.set('/', { type: 'text/html; charset=utf-8', body: page });
  const importMap = IMPORT_MAP.exec(page.toString('utf8'))?.[1] ?? '';
  return { files, importMapHash: hash('sha256', importMap, 'base64') };
}
