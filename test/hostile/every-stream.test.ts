import { describe, expect, it } from 'vitest';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { isDeeper } from '../../functions/core/events/depth.ts';
import type { Destination } from '../../functions/core/model.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { evilListings } from './evil-listings.ts';
import { type EvilLog, evilLogs } from './evil-records.ts';
import { listingWorld, logWorld, type SourceWorld } from './source-world.ts';

// One bad record stops nobody: each documented key of each record of each stream holds an evil value in turn, all of them in
// one log with honest ones, which goes through the whole engine.

const sources = await findSources();

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** Odd and huge in other ways. */
const ODD = [
  objects(6_000),
  `[${'0,'.repeat(130_000)}0]`,
  `"${'x'.repeat(300_000)}"`,
  `"${'\\n'.repeat(5_000)}"`,
  '9'.repeat(1_000),
  '-1e400',
  '"\\ud800\\u0000"',
  `{${Array.from({ length: 2_000 }, (_, at) => `"${at}":0`).join()}}`,
  '{"__proto__":{"toString":1},"constructor":null}',
  'true',
  '[[[null]]]',
];

const DESTINATIONS: readonly (string | Destination)[] = [
  'siem',
  { id: 'cef', deliveryStream: 'cef', heldFor: 0, shape: { format: 'cef' } },
  { id: 'ocsf', deliveryStream: 'ocsf', heldFor: 0, shape: { format: 'ocsf' } },
  { id: 'raw', deliveryStream: 'raw', heldFor: 0, shape: { format: 'raw' } },
  { id: 'hec', deliveryStream: 'hec', heldFor: 0, shape: { format: 'ecs', hec: {} } },
];

/** Deeper than the stack everywhere, and a hundred thousand levels where the first two stand: the record itself, and its first key. */
const deep = sources.flatMap((source) => evilLogs(source, (at) => lists(at < 2 ? 100_000 : 20_000)));
const odd = sources.flatMap((source) => evilLogs(source, (at) => ODD[at % ODD.length] as string));

it('no event stream is left out', () => {
  const streams = sources.flatMap(({ streams }) => streams.filter((stream) => !('kind' in stream)));

  expect(new Set(deep.map(({ feed }) => feed.stream.name))).toEqual(new Set(streams.map(({ name }) => name)));
});

describe.each([
  ['a hundred thousand levels deep', deep],
  ['odd or huge', odd],
] as const)('a value that is %s', (_, logs) => {
  it.each(logs)('stops nobody in $name', async (log) => {
    const world = logWorld(log, [...log.honest, ...log.evil], { destinations: DESTINATIONS });

    const [report] = await world.run({ budget: 60 * MINUTE });

    expect(report).toMatchObject({ state: 'caught-up' });
    expect(report).not.toHaveProperty('error');
    expect(world.stored?.watermark).toBeGreaterThan(log.day + (3 * DAY) / 2);
    const originals = originalsOf(world);
    for (const { row } of [...log.honest, ...log.evil])
      expect(originals.has(row.text), row.text.slice(0, 2_000)).toBe(true);
    const tooDeep = new Set(log.evil.filter(({ row }) => isDeeper(row.value)).map(({ row }) => row.text));
    for (const { event } of vendorEvents(world)) {
      if (event.original !== undefined && tooDeep.has(event.original)) expect(event.kind).toBe('pipeline_error');
    }
    await isKnownFromNowOn(world, log);
  });
});

describe('a thing that is nested a hundred thousand levels deep', () => {
  const listings = sources.flatMap((source) => evilListings(source, lists));

  it('no snapshot stream is left out', () => {
    const streams = sources.flatMap(({ streams }) => streams.filter((stream) => 'kind' in stream));

    expect(new Set(listings.map(({ feed }) => feed.stream.name))).toEqual(new Set(streams.map(({ name }) => name)));
  });

  it.each(listings)('hides nothing of what becomes of all others in $name', async ({ feed, answers }) => {
    const world = listingWorld(feed, answers.deep, { destinations: DESTINATIONS });
    const told = async () => {
      const before = world.delivered().length;
      const [report] = await world.run();
      world.clock.advance(DAY);
      expect(report?.error).toBeUndefined();
      expect(report?.state).toBe('caught-up');
      return world.delivered().slice(before);
    };

    expect((await told()).map(({ event }) => event.action)).toEqual([expect.stringMatching(/-baseline$/)]);
    expect(await told()).toEqual([]);
    world.answers = answers.deepAndChanged;
    const [change, ...others] = await told();
    expect(others).toEqual([]);
    expect(change?.event.kind).toBe('event');
    expect(change?.event.original).toContain('changed-since');
    world.answers = answers.deeper;
    const [deeper] = await told();
    expect(deeper?.event.original).toContain('nested more than 100 levels deep');
  });
});

/** Read again, verified, filled in: each of its records is one that was delivered. Redriven, what was too large leaves quarantine. */
async function isKnownFromNowOn(world: SourceWorld, log: EvilLog): Promise<void> {
  const before = world.ids();
  expect(new Set(before).size).toBe(before.length);
  world.clock.advance(5 * MINUTE);
  await world.runUntilCaughtUp();
  const range = { from: log.day, to: log.day + DAY };
  const [verified] = await world.run({ act: { act: 'verify', range }, budget: 60 * MINUTE });
  expect(verified).toMatchObject({ state: 'caught-up' });
  const steps = verified?.job?.steps ?? [];
  expect(steps.some(({ vendor }) => vendor > 0)).toBe(true);
  for (const step of steps) expect(step).toMatchObject({ missing: 0, changed: 0 });
  await world.run({ act: { act: 'backfill', range }, budget: 60 * MINUTE });
  expect(vendorIds(world)).toEqual(vendorIds(world).filter((id, at, all) => all.indexOf(id) === at));

  const [redriven] = await world.run({ act: { act: 'redrive' }, budget: 60 * MINUTE });

  expect(redriven).toMatchObject({ state: 'caught-up' });
  // CEF has no place for parts of an event: what is too large for it stays.
  for (const { id } of world.table.quarantine.values()) {
    expect(redriven?.warnings).toContainEqual(
      expect.stringMatching(new RegExp(`^${id} stays in quarantine: cef: CEF`)),
    );
  }
}

function vendorEvents(world: SourceWorld): EcsEvent[] {
  return world.delivered().filter(({ event }) => event.module !== 'tidemark');
}

function vendorIds(world: SourceWorld): string[] {
  return vendorEvents(world).map(({ event }) => event.id);
}

/** What has arrived whole, or lies whole in quarantine. */
function originalsOf(world: SourceWorld): Set<string | undefined> {
  const kept = [...world.table.quarantine.values()].map(({ text }) => JSON.parse(text) as EcsEvent);
  return new Set([...vendorEvents(world), ...kept].map(({ event }) => event.original));
}
