import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { generatedFiles } from '../../tools/generate.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('generated files', () => {
  test('are current: `npm run generate` writes them', async () => {
    for (const [path, text] of Object.entries(await generatedFiles())) expect(await read(path), path).toBe(text);
  });
});

describe('tidemark.example.json', () => {
  test('is a configuration that works as it stands', async () => {
    const config = parseConfig(
      await read('tidemark.example.json'),
      'tidemark.example.json',
      await findSources(),
      DESTINATION_TYPES,
    );
    expect(config.connections.map(({ id }) => id)).toEqual(['acme', 'acme', 'acme']);
  });
});
