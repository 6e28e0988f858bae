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
  test('end run --once with 1 where it finds that, and stay in status until they are read', async ({ place }) => {
    const here = await place({ count: 20 });
    await here.run('--once');
    await moveVendor(here);

    const changed = await here.run('--once');
    const told = await here.command('status');
    const [, command = ''] = /need a backfill: tidemark (.*)/.exec(told.stdout) ?? [];
    const backfill = await here.command(...(command.split(' ') as [string, ...string[]]));
    const after = await here.run('--once');
    const read = await here.command('status');

    expect(changed.code).toBe(1);
    expect(changed.summary.ok).toBe(false);
    expect(changed.summary.feeds[0]).toMatchObject({ state: 'caught-up', conditions: ['scope-changed'] });
    expect(told.stdout).toMatch(new RegExp(`${FEED}: scope-changed since \\S+ \\(docs/runbook\\.md\\): `));
    expect([after.code, backfill.code]).toEqual([0, 0]);
    expect(read.stdout).not.toContain('scope-changed');
  });
});
