import { describe, expect } from 'vitest';
import { CANARY } from '../../../../simulators/frame/inventory/api-keys.ts';
import { placeTest } from '../../../e2e/cli/program.ts';
import { difference, readDelivered } from '../../../e2e/delivered.ts';
import { frame, SECRET } from './stage.ts';

const test = placeTest(frame);
const FEEDS = ['audit-trails', 'session-trails', 'user-activities', 'api-authorization-rules', 'settings'];

describe.concurrent('tidemark run --once of a Frame', () => {
  test('that forbids one endpoint ends well, and the summary names what is missing', async ({ place }) => {
    const here = await place({ faults: { forbiddenAt: 'api_authorization_rules' } });

    const { code, summary, stderr } = await here.run('--once');

    expect(code, stderr).toBe(0);
    expect(summary.ok).toBe(true);
    const states = Object.fromEntries(summary.feeds.map(({ feed, state }) => [String(feed).split('/')[1], state]));
    expect(states).toEqual({
      ...Object.fromEntries(FEEDS.map((name) => [name, 'caught-up'])),
      'api-authorization-rules': 'forbidden',
    });
    const missing = summary.feeds.find(({ feed }) => feed === 'frame/api-authorization-rules/demo');
    expect(missing?.error).toMatchObject({ code: 'forbidden', message: expect.stringContaining('403') });
    const { events } = await readDelivered(here.out, 'lake');
    const texts = events.flatMap(({ tidemark, event }) =>
      tidemark.feed === 'frame/audit-trails/demo' ? [event.original ?? ''] : [],
    );
    expect(difference(texts, here.held())).toEqual({ missing: [], extra: [] });
  });

  test('that forbids everything ends with 1', async ({ place }) => {
    const here = await place({ faults: { forbiddenAt: frameEndpoints() } });

    const { code, summary } = await here.run('--once');

    expect(code).toBe(1);
    expect(summary.ok).toBe(false);
    expect(new Set(summary.feeds.map(({ state }) => state))).toEqual(new Set(['forbidden']));
  });

  test('keeps and shows no secret', async ({ place }) => {
    const here = await place({ count: 30, faults: { newApiKeys: 2 } });

    const { code, stdout, stderr } = await here.run('--once');

    expect(code, stderr).toBe(0);
    const everything = `${stdout}${stderr}${await here.everythingKept()}`;
    for (const secret of [CANARY, SECRET.client_secret]) expect(everything.includes(secret), secret).toBe(false);
  });
});

/** All that the feeds ask for, and not the customer itself. */
function frameEndpoints(): string {
  return 'audit-trails,session-trails,user_activities,api_authorization_rules,settings';
}
