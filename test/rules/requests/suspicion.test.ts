import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, parseInstant } from '../../../functions/core/time.ts';
import { createWorld } from '../../memory/world.ts';

const START = parseInstant('2026-03-01T12:00:00Z') as number;
const SUSPICION = 'only one person acts here';

function watched(knows: boolean, names: (row: number) => string, rows = 30, step = HOUR) {
  const world = createWorld({
    start: '2026-03-03T00:00:00Z',
    startFrom: START,
    stream: { actor: ({ value }) => (value as { name: string }).name },
    visibility: {
      first: () => ({ url: '/@visibility' }),
      read: () => ({ seen: knows ? 'all' : undefined }),
      compare: () => ({}),
      singleActorWarning: SUSPICION,
    },
  });
  world.routes.set('/@visibility', () => ({ text: '' }));
  for (let row = 0; row < rows; row++) world.vendor.add({ time: START + row * step, name: names(row) });
  return world;
}

describe('rule 8: credentials that see little, where the vendor cannot be asked', () => {
  it('are suspected when a long stretch of the log has one actor', async () => {
    const world = watched(false, () => 'ana');
    const [report] = await world.run();

    expect(report?.warnings).toEqual([SUSPICION]);
    expect(report?.state).toBe('caught-up');
    expect(world.count('NarrowSight')).toBe(1);
    expect(report?.conditions).toEqual(['narrow-sight']);
  });

  it('stay suspected until the log shows another person', async () => {
    const world = watched(false, () => 'ana');
    await world.run();
    world.clock.advance(HOUR);
    world.vendor.add({ time: world.now - 10 * MINUTE, name: 'ana' });
    await world.run();
    const suspected = world.checkpoint().conditions;
    world.vendor.add({ time: world.now - 9 * MINUTE, name: 'ben', visibleAt: 0 });
    await world.run();

    expect(suspected).toMatchObject({ 'narrow-sight': { message: SUSPICION } });
    expect(world.checkpoint().conditions).toBeUndefined();
  });

  it.each([
    ['several people act', watched(false, (row) => (row === 7 ? 'ben' : 'ana'))],
    ['the stretch is short', watched(false, () => 'ana', 30, MINUTE)],
    ['there are few events', watched(false, () => 'ana', 19)],
    ['the vendor has told that all is seen', watched(true, () => 'ana')],
  ])('are not suspected when %s', async (_, world) => {
    const [report] = await world.run();

    expect(report?.warnings).toEqual([]);
  });
});
