import { describe, expect } from 'vitest';
import { expectExactlyOnce } from '../../../e2e/bench.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { type FrameBench, OF_CUSTOMER, SECRET, test } from './stage.ts';

const WRONG = { ...SECRET, client_secret: 'ffffffffffffffffffffffffffffffffffffffff' };

describe('a signature', () => {
  test('that is refused once is made once more', async ({ start }) => {
    const bench = await start({ vendor: { faults: { where: 'audit-trails', refuseSignatures: { next: 1 } } } });

    const report = await bench.run();

    // Which request was struck is not the switch's to say: the look at the customer comes first.
    expect(report).toMatchObject({ state: 'caught-up', delivered: 300, retries: 1 });
    expect(bench.vendor.counters.byStatus['401']).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('that is refused is made once more a run, and after the second run left alone; a new secret works at once', async ({
    start,
  }) => {
    const bench = await start();
    await bench.setSecret(WRONG);

    const first = await bench.run();
    const afterFirst = bench.vendor.counters.requests;
    await bench.run();
    const afterSecond = bench.vendor.counters.requests;
    const held = await bench.run();

    expect(first).toMatchObject({ state: 'refused', delivered: 0, error: { code: 'refused', stage: 'receiving' } });
    expect(first.error?.message).toContain('401');
    expect([afterFirst, afterSecond]).toEqual([2, 4]);
    expect(held).toMatchObject({ state: 'refused', until: expect.any(String), error: { code: 'refused' } });
    expect(held.error?.remedy).toContain('Put working credentials into the secret');
    expect(bench.vendor.counters.requests).toBe(afterSecond);
    await bench.setSecret(SECRET);
    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    await expectExactlyOnce(bench);
    expect(await everywhere(bench, [first, held])).not.toMatch(/f{40}|0123456789abcdef0123456789abcdef01234567/);
  });

  test.for([-1_800, 1_800])(
    'by a clock %i seconds off: both clocks are named, and nothing is lost',
    async (skew, { start }) => {
      const bench = await start({ vendor: { faults: { clockSkewSeconds: skew } } });

      const { error, state } = await bench.run();
      bench.vendor.setFaults({});
      const report = await bench.run();

      expect({ state, code: error?.code }).toEqual({ state: 'refused', code: 'refused' });
      const [ours = 0, theirs = 0] = [...(error?.message ?? '').matchAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g)].map(([time]) =>
        Date.parse(time),
      );
      expect(Math.abs(ours - Date.now())).toBeLessThan(60_000);
      expect(Math.abs(theirs - ours - skew * 1000)).toBeLessThan(5_000);
      expect(error?.remedy).toContain('clock');
      expect(report).toMatchObject({ state: 'caught-up', delivered: 300 });
      await expectExactlyOnce(bench);
    },
  );
});

describe('the customer', () => {
  test.for(['object', 'list'] as const)('is found out from an %s, once', async (customers, { start }) => {
    const bench = await start({ vendor: { customers } });

    await bench.run();
    const { state } = await bench.run();

    expect(state).toBe('caught-up');
    expect(bench.vendor.counters.byPath['/v1/customers/']).toBe(1);
    await expectExactlyOnce(bench);
  });

  test('that is configured is not asked for', async ({ start }) => {
    const bench = await start({ settings: { customerId: OF_CUSTOMER.split('/').at(-1) } });

    expect(await bench.run()).toMatchObject({ state: 'caught-up', delivered: 300 });
    expect(bench.vendor.counters.byPath['/v1/customers/']).toBeUndefined();
    await expectExactlyOnce(bench);
  });

  test('that nobody tells fails all feeds, with what to set', async ({ start }) => {
    const bench = await start({
      streams: ['audit-trails', 'settings'],
      vendor: { faults: { forbiddenAt: 'customers' } },
    });

    const reports = await bench.runAll();

    for (const { state, delivered, error } of Object.values(reports)) {
      expect({ state, delivered }).toEqual({ state: 'failed', delivered: 0 });
      expect(error?.remedy).toContain('settings.customerId');
    }
    expect(Object.keys(reports)).toHaveLength(2);
  });
});

describe('the names of accounts and organizations', () => {
  test('stand in events where they can be read', async ({ start }) => {
    const bench = await start();

    await bench.run();

    const { events } = await readDelivered(bench.out, 'lake');
    const names = namesIn(bench, 'accounts');
    const organizations = namesIn(bench, 'organizations');
    const withAccount = events.filter(({ frame }) => (frame as FrameFields).account);
    expect(withAccount.length).toBeGreaterThan(100);
    for (const { frame, organization } of withAccount) {
      const { account } = frame as FrameFields;
      expect(account?.name).toBe(names.get(account?.id));
      expect(organization?.name).toBe(organizations.get(organization?.id));
    }
  });

  test('are left out where they cannot, and nothing else is', async ({ start }) => {
    const bench = await start({ vendor: { faults: { forbiddenAt: 'accounts,organizations' } } });

    const first = await bench.run();
    await bench.run();

    expect(first).toMatchObject({ state: 'caught-up', delivered: 300, warnings: [] });
    // What cannot be had is not asked for in every run.
    expect(bench.vendor.counters.byPath[`${OF_CUSTOMER}/accounts`]).toBe(1);
    const { events } = await readDelivered(bench.out, 'lake');
    expect(events.some(({ frame }) => (frame as FrameFields).account?.id !== undefined)).toBe(true);
    expect(events.some(({ frame, organization }) => (frame as FrameFields).account?.name ?? organization?.name)).toBe(
      false,
    );
    await expectExactlyOnce(bench);
  });
});

interface FrameFields {
  readonly account?: { readonly id?: string; readonly name?: string };
}

function namesIn({ vendor }: FrameBench, endpoint: 'accounts' | 'organizations'): Map<string | undefined, string> {
  return new Map([...vendor.held(endpoint)].map(({ text }) => [JSON.parse(text).id, JSON.parse(text).name]));
}

async function everywhere(bench: FrameBench, reports: unknown): Promise<string> {
  return JSON.stringify([reports, bench.lines, await bench.items()]);
}
