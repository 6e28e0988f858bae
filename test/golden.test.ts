import { describe, expect, test } from 'vitest';
import type { EcsEvent } from '../functions/core/ecs-event.ts';
import { UnknownNames } from '../functions/core/events/unknown/unknown-names.ts';
import { type FormatId, isSnapshot, OCSF_VERSIONS, type Shape } from '../functions/core/model.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { writeEvent } from '../functions/destinations/write-event.ts';
import { shorten } from '../functions/formats/shorten.ts';
import { findSources } from '../lib/plan/find-sources.ts';
import { goldenCases, goldenEvents, ocsfPatchEnding, orphans, snapshotCases } from '../tools/golden.ts';
import { mergePatch } from '../tools/merge-patch.ts';
import { ecsComplaints } from './ecs-reader.ts';
import { ocsfLineComplaints } from './formats/ocsf/ocsf-reader.ts';
import { vocabularyComplaints } from './sources/vocabulary.ts';

// A vendor's answer goes an event's way up to what a destination gets, in every format; of a snapshot stream, what is different
// between two answers. `npm test -- -u` writes the expected files; a person reads the difference.

const lines = (format: FormatId, events: readonly EcsEvent[], shape: Omit<Shape, 'format'> = {}) =>
  events.map((event) => writeEvent({ format, ...shape }, event).text);
const pretty = (texts: readonly string[]) =>
  `${JSON.stringify(
    texts.map((text) => JSON.parse(text)),
    null,
    2,
  )}\n`;

describe.each((await findSources()).map((source) => [source.id, source] as const))('%s', (_, source) => {
  const golden = [...goldenCases(source), ...snapshotCases(source)];
  const cases = golden.map((one) => [one.name, one] as const);

  test.each(cases)('%s becomes the expected events', async (_, one) => {
    const events = goldenEvents(one);
    const ecs = lines('ecs', events);

    expect(ecs.map((line) => ecsComplaints(JSON.parse(line) as EcsEvent))).toEqual(ecs.map(() => []));
    expect(events.flatMap(vocabularyComplaints)).toEqual([]);
    await expect(pretty(ecs)).toMatchFileSnapshot(`${one.stem}.ecs.json`);
    await expect(
      lines('cef', events)
        .map((line) => `${line}\n`)
        .join(''),
    ).toMatchFileSnapshot(`${one.stem}.cef.txt`);
    for (const { envelope, sample } of DESTINATION_TYPES.flatMap((type) => type.envelope ?? [])) {
      await expect(pretty(lines('ecs', events, sample))).toMatchFileSnapshot(`${one.stem}.${envelope.name}.json`);
    }
  });

  test.each(cases)('%s becomes OCSF in every version, whole or shortened', async (_, one) => {
    const events = goldenEvents(one);
    const first = lines('ocsf', events);

    await expect(pretty(first)).toMatchFileSnapshot(`${one.stem}.ocsf.json`);
    for (const ocsfVersion of OCSF_VERSIONS) {
      const all = [...events, ...events.map((event) => shorten(event))];
      const texts = lines('ocsf', all, { ocsfVersion });
      expect(texts.map((text) => ocsfLineComplaints(text, ocsfVersion))).toEqual(all.map(() => []));
      if (ocsfVersion === OCSF_VERSIONS[0]) continue;
      const patches = first.map((text, at) => mergePatch(JSON.parse(text), JSON.parse(texts[at] ?? '')));
      await expect(`${JSON.stringify(patches, null, 2)}\n`).toMatchFileSnapshot(
        `${one.stem}${ocsfPatchEnding(ocsfVersion)}`,
      );
    }
  });

  test('no file has lost its case', () => {
    expect(orphans(source)).toEqual([]);
  });

  test.each(cases.filter(([name]) => name.includes('documented') && !name.includes('openapi')))(
    '%s holds no field that the mapping has not heard of',
    (_, one) => {
      const { stream } = one.feed;
      if (isSnapshot(stream)) return;
      const names = new UnknownNames(stream);
      for (const { event } of goldenEvents(one)) names.noteFields(JSON.parse(event.original ?? '{}'), 0);
      expect(stream.knows?.fields.length).toBeGreaterThan(0);
      expect(names.takeNew()?.fresh ?? []).toEqual([]);
    },
  );

  test('every stream has cases', () => {
    const streams = new Set(golden.map(({ feed }) => feed.stream.name));
    expect([...streams].sort()).toEqual(source.streams.map(({ name }) => name).sort());
  });
});
