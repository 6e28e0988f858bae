import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DestinationType } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';

// A type of destination is named by its own files alone: all others ask its descriptor (docs/add-a-destination.md).

const ROOT = join(import.meta.dirname, '../..');

/** Where types are listed, because bundles and constructs take static imports only. */
const TABLES = [
  'functions/destinations/destination-types.ts',
  'functions/destinations/envelopes.ts',
  'lib/delivery/drawings.ts',
  'local/services/endpoints.ts',
  'tools/content/packages.ts',
];

/** Tests that try real types: what is drawn and priced, whole programs, and formats inside of an envelope. */
const TRY_REAL_TYPES = [
  'test/content/',
  'test/cost/',
  'test/destinations/',
  'test/e2e/',
  'test/formats/',
  'test/fuzz/',
  'test/hostile/',
  'test/infra/',
  'test/outside/deployed/',
  'test/local/',
  'test/rules/jobs/redrive.test.ts',
  'test/secrets',
  'test/sources/',
  'test/walls/',
];

/** Ids that are words of their own, too. They count where they are used as a type: as a text, a key, a property, or before "destination". */
const COMMON_WORDS = ['s3', 'http'];
/** AWS's services, whose names are texts too, as conditions of policies have them. */
const SERVICES = /useKey\(/;
/** The shell's client of vendors, which has the name of its protocol. */
const CLIENT = /\/http\.ts'|\bhttp: \(|\{ http, origin\b/;

const files = globSync('{functions,lib,cli,local,tools,bench,simulators,test}/**/*.ts', { cwd: ROOT }).filter(
  (file) => !file.includes('/fixtures/'),
);

/** Lines of a file that name this type and should not. */
function violations({ id, words }: DestinationType, file: string, text: string): string[] {
  const names = [id, ...words];
  const own = file.split(/[^A-Za-z0-9]+/).some((part) => names.includes(part));
  if (own || TABLES.includes(file) || TRY_REAL_TYPES.some((start) => file.startsWith(start))) return [];
  const plain = names.filter((name) => !COMMON_WORDS.includes(name));
  return text.split('\n').filter((line) => plain.some((name) => hasWord(line, name)) || isUsedAsType(line, id));
}

/** Whether a line has a word: by itself, in a name such as `sendToHec` or `HEC_TOKEN`, or inside of a longer one unless it is short. */
function hasWord(line: string, word: string): boolean {
  const parts = line
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return parts.some((part) => part === word || part === `${word}s` || (word.length > 3 && part.includes(word)));
}

function isUsedAsType(line: string, id: string): boolean {
  if (SERVICES.test(line) || CLIENT.test(line)) return false;
  return [
    `(['"\`])${id}\\1`,
    `(^|[{,])\\s*(readonly )?${id}\\??\\s*[:,}]`,
    `\\.${id}\\b`,
    `\\b${id} destination`,
    `\\b${id}Delivery`,
  ].some((pattern) => new RegExp(pattern, 'i').test(line));
}

describe.each(DESTINATION_TYPES.map((type) => [type.id, type] as const))('the type %s', (_, type) => {
  test('is named by its own files only', () => {
    const found = files.flatMap((file) =>
      violations(type, file, readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  test.each([
    "if (destination.type === 'ID') return;",
    "const { type = 'ID' } = destination;",
    'const ALARMS = { ID: 2 };',
    'const { ID } = drawn.destinations;',
    'return destinations.ID.length;',
    '/** Each ID destination with its sources. */',
    'new IDDelivery(this, id, props);',
  ])('would be found in: %s', (line) => {
    const planted = line.replaceAll('ID', type.id);
    for (const file of ['lib/stacks/forwarding-stack.ts', 'cli/commands/secret.ts', 'test/memory/world.ts'])
      expect(violations(type, file, planted), file).toEqual([planted]);
  });

  test.each(type.words.flatMap((word) => namesWith(word)))('would be found in: %s', (line) => {
    expect(violations(type, 'functions/shell/serve.ts', line)).toEqual([line]);
  });

  test('is not found in words that only look like it', () => {
    for (const line of [
      'check(checkpoint)',
      "import { Bucket } from 'aws-cdk-lib/aws-s3';",
      "actions: ['s3:GetObject']",
    ])
      expect(violations(type, 'lib/delivery/delivery.ts', line)).toEqual([]);
  });
});

/** Lines with names that developers could make with a word. */
function namesWith(word: string): string[] {
  const capital = `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  return [`${word}Url`, `sendTo${capital}`, `find${capital}s()`, `MAX_${word.toUpperCase()}_BYTES`, `// its ${word}.`];
}

const CLOCKS = /\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bnew Date\(\)|\brandomUUID\(|\brandomBytes\(/;

test.each(files.filter((file) => file.startsWith('functions/destinations/')))('%s reads no clock', (file) => {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  expect(lines.filter((line) => CLOCKS.test(line))).toEqual([]);
});
