import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { configSchema } from '../functions/core/tidemark-config.ts';
import { FORMATS } from '../functions/formats/formats.ts';
import { findSources } from './find-sources.ts';

/** Files that are made from the code and committed for those who read without running: path to text. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const schema = z.toJSONSchema(configSchema(await findSources(), FORMATS), { io: 'input' });
  return { 'tidemark.schema.json': `${JSON.stringify({ title: 'tidemark.json', ...schema }, null, 2)}\n` };
}

const ROOT = new URL('../', import.meta.url);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(await generatedFiles())) await writeFile(new URL(path, ROOT), text);
}
