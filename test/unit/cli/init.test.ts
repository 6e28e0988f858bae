import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Asker, Choice } from '../../../cli/init/asker.ts';
import { clackAsker } from '../../../cli/init/clack-asker.ts';
import { composeConfig } from '../../../cli/init/draft.ts';
import { fieldsOf, readValue } from '../../../cli/init/fields.ts';
import { askDraft } from '../../../cli/init/questions.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';

const sources = await findSources();

const SCHEMA = z.strictObject({
  name: z.string().check(z.regex(/^[a-z]+$/, 'small letters'), z.describe('A name.')),
  size: z.optional(z.int().check(z.minimum(1), z.maximum(9))),
  both: z.optional(z.union([z.string().check(z.regex(/^\d+$/)), z.int()])),
  on: z._default(z.boolean().check(z.describe('Whether it is on.')), false),
  list: z.optional(z.array(z.string())),
});

describe('the fields of a schema', () => {
  test('have what a question needs', () => {
    expect(fieldsOf(SCHEMA)).toEqual([
      { name: 'name', about: 'A name.', isRequired: true },
      { name: 'size', about: 'size', isRequired: false },
      { name: 'both', about: 'both', isRequired: false },
      { name: 'on', about: 'Whether it is on.', isRequired: false, choices: ['true', 'false'], usual: 'false' },
      { name: 'list', about: 'list', isRequired: false },
    ]);
  });

  test.each([
    ['name', 'abc', 'abc'],
    ['size', '7', 7],
    ['both', '007', '007'],
    ['on', 'true', true],
    ['list', '["a","b"]', ['a', 'b']],
  ])('%s is read as what the schema wants: %s', (name, text, value) => {
    expect(readValue(SCHEMA, name, text)).toEqual(value);
  });

  test.each([
    ['name', 'ABC', 'name: there is "ABC", wanted small letters.'],
    ['size', '10', 'size: there is 10, wanted at most 9.'],
    ['size', 'ten', 'size: there is "ten", wanted a number.'],
    ['on', 'perhaps', 'on: there is "perhaps", wanted a boolean.'],
    ['list', '[1', 'list: there is "[1", wanted an array.'],
    ['lits', 'a', 'lits: there is no such setting'],
  ])('%s says what is wrong with %s', (name, text, message) => {
    expect(() => readValue(SCHEMA, name, text)).toThrow(message);
  });
});

/** Answers of a person by a part of the question; a list is used up. Any other question gets the first answer, or a yes that ends it. */
function scripted(answers: Readonly<Record<string, string | readonly string[]>>): Asker & { readonly asked: string[] } {
  const asked: string[] = [];
  const answerTo = (question: string) => {
    asked.push(question);
    return Object.entries(answers).find(([part]) => question.includes(part))?.[1];
  };
  const all = (choices: readonly Choice[]) => choices.map(({ value }) => value);
  return {
    asked,
    one: async (question, choices) => (answerTo(question) as string | undefined) ?? all(choices)[0] ?? '',
    several: async (question, choices, isRequired) =>
      (answerTo(question) as readonly string[] | undefined) ?? (isRequired ? all(choices) : []),
    async line(question, usual, problemOf) {
      const answer = (answerTo(question) as string | undefined) ?? usual ?? '';
      expect(problemOf(answer), question).toBeUndefined();
      return answer;
    },
    yes: async (question, usual) => {
      answerTo(question);
      return usual;
    },
  };
}

describe('the questions of init', () => {
  test('make a configuration of every vendor and every type of destination', async () => {
    const asker = scripted({ 'Where is': 'https://acme.example.com' });

    const draft = await askDraft(asker, sources);
    const { text, config } = composeConfig('tidemark.json', draft, undefined, sources);

    expect(config.connections.map(({ source, id }) => `${source}/${id}`)).toEqual(
      sources.map(({ id }) => `${id}/main`),
    );
    expect(config.destinations.map(({ type }) => type)).toEqual(DESTINATION_TYPES.map(({ id }) => id));
    expect(JSON.parse(text)).toHaveProperty('$schema');
    // Only what differs from the defaults is written.
    expect(text).not.toContain('settings');
  });

  test.each(sources.map((source) => [source.id, source] as const))('ask for the settings of %s', async (_, source) => {
    const fields = fieldsOf(source.settings).filter(({ choices }) => choices !== undefined);
    const names = fields.map(({ name }) => name);
    const asker = scripted({
      'Where is': 'https://acme.example.com',
      'Further settings of': names,
      'Where shall events go': [DESTINATION_TYPES[0]?.id ?? ''],
    });

    const draft = await askDraft(asker, [source]);

    for (const name of names) expect(asker.asked.some((question) => question.startsWith(`${name}: `))).toBe(true);
    if (names.length > 0) expect(Object.keys(draft.connections[0]?.settings ?? {})).toEqual(names);
  });
});

test('init asks for the version of the format that was chosen', async () => {
  const asker = scripted({
    'Where is': 'https://acme.example.com',
    'Where shall events go': [DESTINATION_TYPES[0]?.id ?? ''],
    'In which format': 'ocsf',
    'Further settings of the format OCSF': ['ocsfVersion'],
    'ocsfVersion:': '1.8.0',
  });

  const draft = await askDraft(asker, sources.slice(0, 1));
  const { config } = composeConfig('tidemark.json', draft, undefined, sources);

  expect(config.destinations[0]?.shape).toEqual({ format: 'ocsf', ocsfVersion: '1.8.0' });
  expect(asker.asked.join()).not.toContain('cefVersion');
});

describe('what is added', () => {
  const draft = {
    connections: [{ id: 'two', source: sources[0]?.id ?? '', origin: 'https://two.example.com' }],
    destinations: [],
  };
  const before = {
    connections: [{ id: 'one', source: sources[0]?.id ?? '', origin: 'https://one.example.com' }],
    destinations: [{ id: 'lake', type: DESTINATION_TYPES[0]?.id }],
    deployment: { stackPrefix: 'other' },
  };

  test('leaves what is there as it is', () => {
    const { text } = composeConfig('tidemark.json', draft, before, sources);

    expect(JSON.parse(text)).toEqual({
      $schema: expect.any(String),
      ...before,
      connections: [...before.connections, ...draft.connections],
    });
  });

  test('is refused if it is there already', () => {
    const again = { connections: before.connections, destinations: [] };

    expect(() => composeConfig('tidemark.json', again, before, sources)).toThrow(/connections/);
  });
});

describe('the questions on a terminal', () => {
  /** A terminal that types once a text is shown. */
  function terminal(typing: readonly (readonly [shown: string, keys: string])[]) {
    const input = Object.assign(new PassThrough(), { isTTY: false });
    const output = Object.assign(new PassThrough(), { columns: 100, rows: 30, isTTY: false });
    let shown = '';
    const left = [...typing];
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const next = left[0];
      if (!next || !shown.includes(next[0])) return;
      left.shift();
      shown = '';
      setImmediate(() => input.write(next[1]));
    });
    return { input, output } as unknown as Parameters<typeof clackAsker>[0] & object;
  }

  test('take answers, the usual one for an empty line, and another one if the first is wrong', async () => {
    const asker = clackAsker(
      terminal([
        ['Which one', '\x1b[B\r'],
        ['Which ones', ' \r'],
        ['A name', '\r'],
        ['Another name', 'X\r'],
        ['not small', '\x7fy\r'],
        ['Sure', '\r'],
      ]),
    );
    const choices = [
      { value: 'a', label: 'First' },
      { value: 'b', label: 'Second' },
    ];

    expect(await asker.one('Which one?', choices)).toBe('b');
    expect(await asker.several('Which ones?', choices, true)).toEqual(['a']);
    expect(await asker.line('A name', 'main', () => undefined)).toBe('main');
    expect(
      await asker.line('Another name', undefined, (text) => (/^[a-z]+$/.test(text) ? undefined : 'not small')),
    ).toBe('y');
    expect(await asker.yes('Sure?', true)).toBe(true);
  });

  test('that are broken off write nothing', async () => {
    const asker = clackAsker(terminal([['A name', '\x03']]));

    await expect(asker.line('A name', 'main', () => undefined)).rejects.toThrow('Nothing was written.');
  });
});
