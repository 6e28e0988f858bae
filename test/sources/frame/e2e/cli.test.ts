import { describe, expect } from 'vitest';
import { CANARY } from '../../../../simulators/frame/inventory/api-keys.ts';
import { ending, placeTest, startProgram } from '../../../e2e/cli/program.ts';
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

describe.concurrent('tidemark pull of a Frame', () => {
  test('gives a snapshot as one event, without secrets', async ({ place }) => {
    const here = await place({ count: 1, faults: { newApiKeys: 2 } });
    const pull = (feed: string, ...args: string[]) =>
      ending(startProgram(here.folder, ['pull', `frame/${feed}/demo`, '--state', 'state', ...args]));

    const keys = await pull('api-authorization-rules');
    const items = await pull('accounts', '--format', 'raw');

    expect([keys.code, items.code]).toEqual([0, 0]);
    expect(keys.stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(keys.stdout)).toMatchObject({
      event: { kind: 'state', dataset: 'frame.api-authorization-rules' },
    });
    expect(`${keys.stdout}${keys.stderr}`.includes(CANARY)).toBe(false);
    expect(keys.stderr).toContain('1 event of frame/api-authorization-rules/demo, as it is now');
    // It is off in the configuration, and can be looked at.
    expect((JSON.parse(items.stdout) as unknown[]).length).toBeGreaterThan(1);
  });
});

/** All that the feeds ask for, and not the customer itself. */
function frameEndpoints(): string {
  return 'audit-trails,session-trails,user_activities,api_authorization_rules,settings';
}
