import { mkdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { configSchema } from '../functions/core/config/tidemark-config.ts';
import type { DestinationType } from '../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { findSources } from '../lib/plan/find-sources.ts';
import packageJson from '../package.json' with { type: 'json' };
import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration/configuration-page.ts';
import type { Schema } from './configuration/setting-rows.ts';
import { contentPage } from './content/content-page.ts';
import { goldenHits } from './content/golden-hits.ts';
import { madeContent } from './content/packages.ts';
import { readRules } from './content/sigma/read-rules.ts';
import { costPages } from './cost/pages.ts';
import { errorsPage } from './errors/errors-page.ts';
import { formatsPage } from './formats-page.ts';
import { readmePage } from './readme-page.ts';
import { streamPage } from './stream-page.ts';

/** The text of each generated file, by path. They are committed for people who read them without running the code. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const sources = await findSources();
  const schema = z.toJSONSchema(configSchema(sources, DESTINATION_TYPES), { io: 'input' });
  const pages = sources.flatMap((source) =>
    source.streams.map(
      (stream) => [`docs/streams/${source.id}-${stream.name}.md`, streamPage(source, stream)] as const,
    ),
  );
  const rules = readRules();
  return {
    'README.md': await readmePage(sources),
    'functions/shell/version.ts': versionFile(packageJson.version),
    'tidemark.schema.json': `${JSON.stringify({ title: 'tidemark.json', ...schema }, null, 2)}\n`,
    'docs/cli.md': cliPage(),
    'docs/configuration.md': configurationPage(schema as Schema, sources),
    'docs/content.md': contentPage(rules),
    'content/proofs/golden-hits.txt': goldenHits(rules),
    'docs/errors.md': errorsPage(),
    'docs/formats.md': formatsPage(sources),
    ...(await costPages(sources)),
    ...Object.fromEntries(pages),
    ...Object.fromEntries(DESTINATION_TYPES.flatMap(contentOf)),
    ...madeContent({ sources, rules, version: packageJson.version }),
  };
}

/** The functions read no file of the package: their bundles have the version in them. */
function versionFile(version: string): string {
  return `/** The version of the program, the one in package.json: \`npm run generate\` writes this file. */
export const VERSION = '${version}';
`;
}

/** What people put into a destination of a type. */
function contentOf({ id, files }: DestinationType): [path: string, text: string][] {
  return Object.entries(files?.() ?? {}).map(([name, text]) => [`content/${id}/${name}`, text]);
}

const ROOT = new URL('../', import.meta.url);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(await generatedFiles())) {
    await mkdir(new URL('.', new URL(path, ROOT)), { recursive: true });
    await writeFile(new URL(path, ROOT), text);
  }
}
