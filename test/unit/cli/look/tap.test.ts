import { describe, expect, test } from 'vitest';
import { eventsOf, feedFor } from '../../../../cli/preview/events-of.ts';
import { chooseDestination } from '../../../../cli/tap/choose-destination.ts';
import { sampler, tappedEvents } from '../../../../cli/tap/tapped-events.ts';
import type { ConfiguredDestination } from '../../../../functions/core/config/destination.ts';
import type { FormatId } from '../../../../functions/core/model.ts';
import { writeEvent } from '../../../../functions/destinations/write-event.ts';
import { parcel } from '../../../destinations/made-up-type.ts';
import { DISTANT, madeUpSource } from './made-up-log.ts';

const destination = (id: string, format: FormatId): ConfiguredDestination => ({
  id,
  type: parcel.id,
  heldFor: 0,
  shape: { format, parcel: { door: 'x' } },
  settings: { door: 'x' },
});
const lake = destination('lake', 'ecs');
const vault = destination('vault', 'raw');

describe('the destination that is tapped', () => {
  test.each([
    ['the one that gets the format', [lake, vault], 'raw', false, 'vault'],
    ['one of format ecs, of which every format is made', [vault, lake], 'cef', false, 'lake'],
    ['one of format ecs, where feeds must be told apart', [vault, lake], 'raw', true, 'lake'],
  ] as const)('%s', (_, destinations, format, someFeeds, chosen) => {
    expect(chooseDestination(destinations, { format, someFeeds }).id).toBe(chosen);
  });

  test.each([
    ['another format cannot be made of raw', [vault], 'cef', false, /from which cef can be made/],
    ['raw events do not say their feed', [vault], 'raw', true, /do not say which feed/],
    ['nothing is kept here', [], 'ecs', false, /No destination/],
  ] as const)('is none if %s', (_, destinations, format, someFeeds, complaint) => {
    expect(() => chooseDestination(destinations, { format, someFeeds })).toThrow(complaint);
  });
});

describe('the events of an object', () => {
  const feed = feedFor(madeUpSource(), 'acts');
  const events = ['one', 'two'].flatMap((id) => {
    const value = { id, date: '2026-01-10T09:00:00Z', act: 'opened', who: { name: 'Ana', mail: 'a' } };
    return eventsOf(feed, { value, text: JSON.stringify(value) }, { readAt: DISTANT });
  });
  /** What somebody else has put there is passed over. */
  const objectOf = ({ shape }: ConfiguredDestination) => {
    const lines = events.map((event) => JSON.stringify({ inside: writeEvent({ format: shape.format }, event).text }));
    return `${lines.join('\n')}\n\n{"foreign":true}\n`;
  };
  const tapped = (from: ConfiguredDestination, format: FormatId, feeds?: ReadonlySet<string>) =>
    tappedEvents(objectOf(from), { destination: from, destinationTypes: [parcel], shape: { format }, feeds });
  const written = (format: FormatId) => events.map((event) => writeEvent({ format }, event).text);

  test.each(['ecs', 'cef', 'ocsf', 'raw'] as const)('of format ecs are shown as %s', (format) => {
    expect(tapped(lake, format)).toEqual(written(format));
  });

  test('are shown in the version that is wanted', () => {
    const shape = { format: 'ocsf', ocsfVersion: '1.8.0' } as const;

    const [shown = ''] = tappedEvents(objectOf(lake), { destination: lake, destinationTypes: [parcel], shape });

    expect(JSON.parse(shown).metadata.version).toBe('1.8.0');
  });

  test('of the format that is asked for are shown as they were delivered', () => {
    expect(tapped(vault, 'raw')).toEqual(written('raw'));
  });

  test('are those of the wanted feeds only', () => {
    expect(tapped(lake, 'ecs', new Set([feed.name]))).toHaveLength(2);
    expect(tapped(lake, 'ecs', new Set(['memory/acts/other']))).toEqual([]);
  });
});

test('a sample is one of so many, beginning with the first', () => {
  const isWanted = sampler(3);

  expect(Array.from({ length: 7 }, () => isWanted())).toEqual([true, false, false, true, false, false, true]);
});
