import { expect, test } from 'vitest';
import { shapeToShow } from '../../functions/core/config/destination.ts';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../functions/destinations/destination-types.ts';
import { ENVELOPES } from '../../functions/destinations/envelopes.ts';
import { shapeSchema } from '../../functions/destinations/write-event.ts';
import { madeUpSource } from '../unit/cli/look/made-up-log.ts';

// The version of a format is a setting of a destination, for those who read it.

const SOURCE = madeUpSource();

function shapesOf(...destinations: object[]) {
  const file = {
    connections: [
      { id: 'acme', source: SOURCE.id, ...(SOURCE.origin === undefined && { origin: 'https://acme.example.com' }) },
    ],
    destinations: destinations.map((one, at) => ({ id: `d${at}`, type: SIMPLEST_TYPE.id, ...one })),
  };
  return parseConfig(JSON.stringify(file), 'tidemark.json', [SOURCE], DESTINATION_TYPES).destinations;
}

test.each([
  [{ format: 'ocsf' }, { format: 'ocsf' }],
  [
    { format: 'ocsf', ocsfVersion: '1.8.0' },
    { format: 'ocsf', ocsfVersion: '1.8.0' },
  ],
  [{ format: 'cef' }, { format: 'cef', cefVersion: 0 }],
  [
    { format: 'cef', cefVersion: 1 },
    { format: 'cef', cefVersion: 1 },
  ],
  [{}, { format: 'ecs' }],
])('%j has the shape %j, which a function takes', (settings, shape) => {
  const [destination] = shapesOf(settings);

  expect(destination?.shape).toEqual(shape);
  expect(shapeSchema(ENVELOPES).parse(destination?.shape)).toEqual(shape);
});

test.each([
  [
    { format: 'cef', ocsfVersion: '1.5.0' },
    '$.destinations[0].ocsfVersion: there is "1.5.0", wanted nothing: only format ocsf has it.',
  ],
  [{ ocsfVersion: '1.5.0' }, '$.destinations[0].ocsfVersion: there is "1.5.0", wanted nothing'],
  [
    { format: 'ocsf', cefVersion: 1 },
    '$.destinations[0].cefVersion: there is 1, wanted nothing: only format cef has it.',
  ],
  [
    { format: 'ocsf', ocsfVersion: '1.4.0' },
    '$.destinations[0].ocsfVersion: there is "1.4.0", wanted "1.3.0" or "1.5.0" or "1.8.0".',
  ],
  [{ format: 'ocsf', ocsfVersion: 1.5 }, '$.destinations[0].ocsfVersion: there is 1.5, wanted "1.3.0"'],
  [{ format: 'ocsf', ocsfVersion: null }, '$.destinations[0].ocsfVersion: there is null, wanted "1.3.0"'],
])('%j is refused with the path and the fix', (settings, message) => {
  expect(() => shapesOf(settings)).toThrow(message);
});

test('a version that a function does not know is refused', () => {
  expect(shapeSchema(ENVELOPES).safeParse({ format: 'ocsf', ocsfVersion: '2.0.0' }).success).toBe(false);
});

test('people see a format in the version that the first of its destinations gets', () => {
  const destinations = shapesOf({}, { format: 'ocsf', ocsfVersion: '1.5.0' }, { format: 'ocsf' });

  expect(shapeToShow('ocsf', destinations)).toEqual({ format: 'ocsf', ocsfVersion: '1.5.0' });
  expect(shapeToShow('cef', destinations)).toEqual({ format: 'cef' });
  expect(shapeToShow('ocsf', [])).toEqual({ format: 'ocsf' });
});
