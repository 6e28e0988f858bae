import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { cefLine } from '../../../functions/formats/cef/cef.ts';
import { CEF_MAPPING, cefMappingTable } from '../../../functions/formats/cef/mapping.ts';
import { PRODUCER_KEYS } from './cef-dictionary.ts';
import { readCef } from './cef-reader.ts';

const SOURCES = join(import.meta.dirname, '../../../functions/sources');
const SOURCES_WITH_EVENTS = readdirSync(SOURCES).filter((source) => expectedFiles(source).length > 0);

// Told by the header (observer, vendor and product, module), repeated elsewhere (related, service.type), or about
// Tidemark's own work only. The original has no key that a producer may send.
const LEFT_OUT =
  /^(?:ecs\.version|observer\..*|event\.(?:module|original)|related\..*|service\.(?:type|version)|tidemark\..*)$/;

describe.each(SOURCES_WITH_EVENTS)('%s', (source) => {
  const fixtures = expectedFiles(source).map(
    (file) => [file, JSON.parse(readFileSync(join(SOURCES, source, file), 'utf8')) as EcsEvent[]] as const,
  );

  test.each(fixtures)('every event of %s is well formed', (_file, events) => {
    for (const event of events) {
      for (const version of [0, 1] as const) {
        const { vendor, product, extension } = readCef(cefLine(event, version));

        expect({ vendor, product }).toEqual({ vendor: event.tidemark.vendor, product: event.tidemark.product });
        expect(extension.get('externalId')).toBe(event.event.id);
        expect(extension.get('rt')).toBe(String(Date.parse(event['@timestamp'])));
      }
    }
  });

  test.each(fixtures)('no field of %s is forgotten', (_file, events) => {
    const sent = new Set(CEF_MAPPING.flatMap(({ from }) => from));
    const isSent = (name: string) =>
      sent.has(name) || [...sent].some((prefix) => name.startsWith(`${prefix}.`)) || LEFT_OUT.test(name);

    const forgotten = events.flatMap((event) => leavesOf(event, '').filter((name) => !isSent(name)));
    // Whoever sees this: add a row to CEF_MAPPING, or a reason to LEFT_OUT.
    expect(forgotten.filter((name) => !name.startsWith(`${source}.`))).toEqual([]);
  });
});

describe('the tables', () => {
  test('every standard key is one that a producer may send, with its limit', () => {
    for (const { key, label, max } of CEF_MAPPING) {
      if (/^Tidemark[A-Z]/.test(key)) continue;
      const known = PRODUCER_KEYS.get(key);
      expect(known, key).toBeDefined();
      if (known?.type === 'String') expect(max, key).toBe(known.most);
      expect(PRODUCER_KEYS.has(`${key}Label`), key).toBe(label !== undefined);
    }
  });

  test('no key has two meanings', () => {
    const keys = CEF_MAPPING.map(({ key }) => key);

    expect(new Set(keys).size).toBe(keys.length);
  });

  test('become documentation', () => {
    expect(cefMappingTable()).toContain(
      '| `suser` |  | `user.name`, else `user.email`, else `user.full_name` | 1023 |',
    );
    expect(cefMappingTable()).toContain('| `cs1` | Feed | `tidemark.feed` | 4000 |  |');
  });
});

/** The golden events of a source, whatever its streams. */
function expectedFiles(source: string): string[] {
  const files = readdirSync(join(SOURCES, source), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ecs.json'));
}

function leavesOf(value: unknown, name: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [name];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, name === '' ? key : `${name}.${key}`));
}
