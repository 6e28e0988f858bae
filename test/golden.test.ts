import { describe, expect, test } from 'vitest';
import type { EcsEvent, FormatId, Shape } from '../functions/core/model.ts';
import { writeEvent } from '../functions/formats/formats.ts';
import { findSources } from '../local/find-sources.ts';
import { goldenCases, goldenEvents, orphans } from '../local/golden.ts';
import { ecsComplaints } from './ecs-reader.ts';

// A vendor's answer goes an event's way up to what a destination gets, in every format. `npm test -- -u` writes the expected
// files; a person reads the difference.

const lines = (format: FormatId, events: readonly EcsEvent[], shape: Omit<Shape, 'format'> = {}) =>
  events.map((event) => writeEvent({ format, ...shape }, event).text);
const pretty = (texts: readonly string[]) =>
  `${JSON.stringify(
    texts.map((text) => JSON.parse(text)),
    null,
    2,
  )}\n`;

describe.each((await findSources()).map((source) => [source.id, source] as const))('%s', (_, source) => {
  const cases = goldenCases(source).map((golden) => [golden.name, golden] as const);

  test.each(cases)('%s becomes the expected events', async (_, golden) => {
    const events = goldenEvents(golden);
    const ecs = lines('ecs', events);

    expect(ecs.map((line) => ecsComplaints(JSON.parse(line) as EcsEvent))).toEqual(ecs.map(() => []));
    await expect(pretty(ecs)).toMatchFileSnapshot(`${golden.stem}.ecs.json`);
    await expect(
      lines('cef', events)
        .map((line) => `${line}\n`)
        .join(''),
    ).toMatchFileSnapshot(`${golden.stem}.cef.txt`);
    await expect(pretty(lines('ocsf', events))).toMatchFileSnapshot(`${golden.stem}.ocsf.json`);
    const hec = lines('ecs', events, { hec: { index: 'audit' } });
    await expect(pretty(hec)).toMatchFileSnapshot(`${golden.stem}.hec.json`);
  });

  test('no expected file has lost its answer', () => {
    expect(orphans(source)).toEqual([]);
  });

  test('every stream has cases', () => {
    const streams = new Set(goldenCases(source).map(({ feed }) => feed.stream.name));
    expect([...streams].sort()).toEqual(source.streams.map(({ name }) => name).sort());
  });
});
