import { expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time.ts';
import { createWorld } from '../../memory/world.ts';
import { at, FEED } from '../set-up.ts';

it('a start that is set earlier after the first run changes nothing, and whoever runs the feed by hand is told', async () => {
  const world = createWorld({ startFrom: at('11:00:00') });
  await world.run();
  world.startFrom = at('09:00:00');

  const [scheduled] = await world.run();
  const [byHand] = await world.run({ askAgain: true });
  world.startFrom = at('11:00:00');
  const [putBack] = await world.run({ askAgain: true });

  expect(scheduled?.warnings).toEqual([]);
  expect(byHand?.warnings).toEqual([
    'This feed has begun at 2026-03-02T11:00:00Z, and an earlier startFrom changes nothing. If the events from ' +
      '2026-03-02T09:00:00Z on were not read since, read them: ' +
      `tidemark backfill --feed ${FEED} --from 2026-03-02T09:00:00Z --to 2026-03-02T11:00:00Z`,
  ]);
  expect(putBack?.warnings).toEqual([]);
});

it('a start before what the vendor keeps is no start that was set later', async () => {
  const world = createWorld({ startFrom: at('11:00:00') - 300 * DAY, vendor: { keeps: 90 * DAY } });
  await world.run();

  const [byHand] = await world.run({ askAgain: true });

  expect(byHand?.warnings).toEqual([]);
});
