import { describe, expect } from 'vitest';
import { FEED, type Place, test } from './program.ts';

/** The same vendor under another name: for Tidemark another origin, which may be that of another account. */
async function moveVendor(place: Place): Promise<void> {
  await place.configure(({ connections: [usual], ...rest }) => {
    const origin = String(usual?.origin).replace('127.0.0.1', 'localhost');
    return { ...rest, connections: [{ ...usual, origin }] };
  });
}

describe('events that may be missing although a feed is caught up', () => {
  test('end the run --once that finds that with 1, and are listed by status', async ({ place }) => {
    const here = await place({ count: 20 });
    await here.run('--once');
    await moveVendor(here);

    const changed = await here.run('--once');
    const told = await here.command('status');
    const after = await here.run('--once');

    expect(changed.code).toBe(1);
    expect(changed.summary.ok).toBe(false);
    expect(changed.summary.feeds[0]).toMatchObject({ state: 'caught-up', conditions: ['scope-changed'] });
    expect(told.stdout).toMatch(
      new RegExp(`${FEED}: scope-changed since .+ \\(docs/runbook\\.md\\): .*need a backfill`),
    );
    expect(after.code).toBe(0);
    expect(after.summary.feeds[0]).toMatchObject({ state: 'caught-up', conditions: [] });
  });
});
