import { expect } from 'vitest';
import { midway, SLOW, test } from '../../e2e/cli/program.ts';
import { difference, readDelivered } from '../../e2e/delivered.ts';

test('a run killed in the middle of a backlog: the next takes over, and then all is there', async ({ place }) => {
  const here = await place(SLOW);
  const program = here.start();
  await midway(here);
  program.kill('SIGKILL');
  expect(await program.ended).toBe('SIGKILL');

  here.vendor.setFaults({ twins: 0.1 });
  const rest = await here.run('--once');

  expect(rest.code, rest.stdout + rest.stderr).toBe(0);
  // It waits for the lease of the dead one, unless this machine was so slow that the lease is over.
  expect(rest.stderr).toContain('The run before this one has died: it has not given its lease back.');
  expect(rest.summary.feeds[0]).toMatchObject({ state: 'caught-up' });
  const { events } = await readDelivered(here.out, 'lake');
  const once = [...new Map(events.map((event) => [event.event.id, event.event.original ?? ''])).values()];
  expect(difference(once, here.held())).toEqual({ missing: [], extra: [] });
  // A crash repeats at most the two flushes that were on their way.
  expect(events.length - once.length).toBeLessThanOrEqual(2 * 5_100);
  expect(difference((await readDelivered(here.out, 'vault')).texts, here.held()).missing).toEqual([]);
});
