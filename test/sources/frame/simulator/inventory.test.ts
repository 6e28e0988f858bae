import { afterEach, describe, expect, test } from 'vitest';
import { ENDPOINTS, LISTS } from '../../../../simulators/frame/api/endpoints.ts';
import type { FrameFaults } from '../../../../simulators/frame/faults.ts';
import { CANARY } from '../../../../simulators/frame/inventory/api-keys.ts';
import {
  ask,
  CUSTOMER,
  DAY_MS,
  HOUR_MS,
  held,
  json,
  MINUTE_MS,
  NOON,
  type Row,
  start,
  status,
  stopAll,
} from './client.ts';

afterEach(stopAll);

const STILL = { driftMinutes: 0 };
const INVENTORY = [...LISTS, 'customers', 'settings', 'elasticity'] as const;

interface ApiKey extends Row {
  readonly id: number;
  readonly name: string;
  readonly credentials: readonly Row[];
  readonly roles: readonly { readonly role: { readonly name: string; readonly permissions: readonly string[] } }[];
}

function pathOf(endpoint: (typeof INVENTORY)[number]): string {
  if (endpoint === 'customers') return '/v1/customers/';
  if (endpoint === 'all_accounts') return '/v1/accounts/';
  if (endpoint === 'master_images') return `${CUSTOMER}/cloud_services/gateway-prod.459/master_images`;
  return `${CUSTOMER}/${endpoint}`;
}

describe('what there is', () => {
  test.each(INVENTORY.filter((endpoint) => endpoint !== 'master_images'))('%s is what is held', async (endpoint) => {
    const running = await start();

    const answer = await json<Row | Row[]>(running, pathOf(endpoint));

    const rows = (Array.isArray(answer) ? answer : [answer]).map((row) => JSON.stringify(row));
    expect(rows.toSorted()).toEqual(held(running, endpoint).toSorted());
    expect(Array.isArray(answer)).toBe(LISTS.some((list) => list === endpoint));
  });

  test('the master images of all cloud accounts are held together', async () => {
    const running = await start(STILL);
    const services = await json(running, pathOf('cloud_services'));

    const images = await Promise.all(
      services.map(({ id }) => json(running, `${CUSTOMER}/cloud_services/${id}/master_images`)),
    );

    expect(images.flat().map((row) => JSON.stringify(row))).toEqual(held(running, 'master_images'));
    expect(images.map((some) => some.length)).toEqual([4, 4, 4]);
  });

  test.each(INVENTORY)('%s changes by itself, the same way for every simulator of a seed', async (endpoint) => {
    const [one, other, still] = [await start(), await start(), await start(STILL)];
    const hours = Array.from({ length: 24 * 7 }, (_, hour) => NOON - hour * HOUR_MS);

    const seen = hours.map((visibleAt) => held(one, endpoint, { visibleAt }).join('\n'));

    expect(new Set(seen).size).toBeGreaterThan(3);
    expect(seen).toEqual(hours.map((visibleAt) => held(other, endpoint, { visibleAt }).join('\n')));
    expect(new Set(hours.map((visibleAt) => held(still, endpoint, { visibleAt }).join('\n'))).size).toBe(1);
  });

  test.each(LISTS)('of %s some are created, some changed, some deleted', async (endpoint) => {
    const running = await start();
    const steps = Array.from({ length: 60 }, (_, step) => NOON - step * HOUR_MS).toReversed();
    const states = steps.map(
      (visibleAt) =>
        new Map(held(running, endpoint, { visibleAt }).map((text) => [(JSON.parse(text) as Row).id, text] as const)),
    );

    const differences = states.slice(1).flatMap((state, index) => {
      const before = states[index] ?? new Map();
      return [
        ...[...state.keys()].filter((id) => !before.has(id)).map(() => 'created'),
        ...[...before.keys()].filter((id) => !state.has(id)).map(() => 'deleted'),
        ...[...state].filter(([id, text]) => before.has(id) && before.get(id) !== text).map(() => 'changed'),
      ];
    });

    const kinds = new Set(differences);
    expect(kinds.has('created') && kinds.has('deleted')).toBe(true);
    expect(kinds.has('changed')).toBe(true);
    const sizes = states.map((state) => state.size);
    expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeGreaterThan(Math.max(...sizes) * 0.7);
  });

  test('nothing changes more often than asked for, and faster drift is faster', async () => {
    const changes = async (driftMinutes: number) => {
      const running = await start({ driftMinutes });
      const states = Array.from({ length: 180 }, (_, step) =>
        held(running, 'settings', { visibleAt: NOON - step * 10 * MINUTE_MS }).join(),
      );
      return states.filter((state, index) => index > 0 && state !== states[index - 1]).length;
    };

    const [daily, hourly] = [await changes(24 * 60), await changes(60)];

    expect(daily).toBeLessThan(4);
    expect(hourly).toBeGreaterThan(15);
    expect(hourly).toBeLessThan(65);
  });

  test('accounts that act in the trails and the key in use are never deleted', async () => {
    const running = await start();
    const hour = { from: NOON - HOUR_MS, to: NOON };
    const acting = held(running, 'audit-trails', hour).map((text) => (JSON.parse(text) as Row).account_id);
    const needed = [...new Set(acting)].filter((id) => id !== null);

    for (let step = 0; step < 100; step++) {
      const visibleAt = NOON - step * DAY_MS;
      const idsOf = (list: 'accounts' | 'api_authorization_rules') =>
        held(running, list, { visibleAt }).map((text) => (JSON.parse(text) as Row).id);
      expect(idsOf('accounts')).toEqual(expect.arrayContaining(needed));
      expect(idsOf('api_authorization_rules')).toContain(53);
    }
    expect(needed).toHaveLength(4);
  });
});

describe('lists', () => {
  test.each(['accounts', 'organizations', 'all_accounts'] as const)('%s begin with the newest', async (endpoint) => {
    const running = await start();
    const times = async (query: string) =>
      (await json(running, `${pathOf(endpoint)}${query}`)).map((row) => String(row.inserted_at));

    const newestFirst = await times('');

    expect(newestFirst).toEqual(newestFirst.toSorted().toReversed());
    expect(await times('?order=asc&order_by=inserted_at')).toEqual(newestFirst.toReversed());
    expect(new Set(newestFirst).size).toBe(newestFirst.length);
  });

  test('accounts are paged, sorted and filtered, and do not tell their organization', async () => {
    const running = await start(STILL);
    const path = pathOf('accounts');
    const names = async (query: string) => (await json(running, `${path}?${query}`)).map(({ name }) => name);

    const all = await names('order=asc&order_by=name');

    expect(all).toHaveLength(7);
    expect(await names('order=asc&order_by=name&offset=2&limit=3')).toEqual(all.slice(2, 5));
    expect(await names('order=desc&order_by=name')).toEqual(all.toReversed());
    expect(await names('name=finance')).toEqual(['Finance desktops']);
    expect(await names('active=true')).toHaveLength(7);
    expect(await names('active=false')).toEqual([]);
    const organization = '86bcea89-389f-496a-3c75-1df0ce8d96ca';
    const inIt = (await json(running, pathOf('all_accounts'))).filter((row) => row.organization_id === organization);
    expect(await names(`organization_id=${organization}`)).toEqual(inIt.map(({ name }) => name));
    expect(inIt).toHaveLength(3);
    expect(await status(running, `${path}?offset=2`)).toBe(400);
    expect(Object.keys((await json(running, path))[0] ?? {})).toEqual([
      'active',
      'description',
      'id',
      'inserted_at',
      'kind',
      'last_publish',
      'name',
      'notes',
      'url_slug',
      'website',
    ]);
  });

  test.each(['organizations', 'all_accounts'] as const)(
    '%s is paged, and shows the deleted if asked',
    async (endpoint) => {
      let now = NOON;
      const running = await start({ now: () => now });
      while (held(running, endpoint).length === (endpoint === 'organizations' ? 3 : 7)) now += HOUR_MS;

      const [there, all] = [
        await json(running, pathOf(endpoint)),
        await json(running, `${pathOf(endpoint)}?show_deleted=true`),
      ];

      expect(all.length).toBeGreaterThan(there.length);
      expect(await json(running, `${pathOf(endpoint)}?offset=1&limit=1`)).toEqual(there.slice(1, 2));
      expect(await status(running, `${pathOf(endpoint)}?limit=1`)).toBe(400);
      const isTimed = endpoint === 'organizations' ? /\.\d{6}Z$/ : /\.\d{6}$/;
      expect(all.every(({ inserted_at }) => isTimed.test(String(inserted_at)))).toBe(true);
      if (endpoint === 'all_accounts') {
        expect(there.every(({ deleted_at }) => deleted_at === null)).toBe(true);
        expect(all.some(({ deleted_at }) => deleted_at !== null)).toBe(true);
      }
    },
  );

  test('cloud services are filtered, and may insist on their provider', async () => {
    const [optional, required] = [await start(STILL), await start({ ...STILL, cloudProviderId: 'required' })];
    const path = pathOf('cloud_services');
    const ids = async (query: string) => (await json(optional, `${path}?${query}`)).map(({ id }) => id);

    const [first, second, third] = await ids('');

    expect([first, second, third]).toEqual(['gateway-prod.459', 'gateway-prod.460', 'gateway-prod.461']);
    expect(await ids('cloud_provider_id=gateway-prod.2')).toEqual([first, third]);
    expect(await ids('omit_default=true')).toEqual([second, third]);
    expect(await ids('active=false')).toEqual([]);
    expect(await status(required, path)).toBe(400);
    expect(await json(required, `${path}?cloud_provider_id=gateway-prod.3`)).toHaveLength(1);
  });

  test('keys have whole numbers as ids, roles with permissions, and secrets in their credentials', async () => {
    const running = await start(STILL);

    const keys = await json<ApiKey[]>(running, pathOf('api_authorization_rules'));
    const others = INVENTORY.filter((endpoint) => endpoint !== 'api_authorization_rules');

    expect(keys.every(({ id }) => Number.isInteger(id))).toBe(true);
    expect(keys[0]).toMatchObject({ id: 53, name: 'SIEM export', roles: [{ role: { name: 'Customer Auditor' } }] });
    expect(keys[0]?.credentials).toMatchObject([
      { client_id: '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com' },
    ]);
    expect(keys.some(({ credentials }) => credentials.length === 0)).toBe(true);
    expect(keys.every((key) => JSON.stringify(key.credentials).includes(CANARY) === key.credentials.length > 0)).toBe(
      true,
    );
    expect(others.flatMap((endpoint) => held(running, endpoint)).join()).not.toContain(CANARY);
    expect(JSON.stringify(keys.map((key) => ({ ...key, credentials: [] })))).not.toContain(CANARY);
  });
});

describe('changes that are switched', () => {
  const keysOf = async (faults: FrameFaults) =>
    json<ApiKey[]>(await start({ ...STILL, faults }), pathOf('api_authorization_rules'));
  const settingsOf = async (faults: FrameFaults) => json<Row>(await start({ ...STILL, faults }), pathOf('settings'));

  test('further API keys', async () => {
    const [before, after] = [await keysOf({}), await keysOf({ newApiKeys: 2 })];

    expect(after.slice(0, -2)).toEqual(before);
    expect(after.slice(-2).map(({ id }) => id)).toEqual([9001, 9002]);
    expect(JSON.stringify(after.slice(-2))).toContain(CANARY);
  });

  test('a permission more for the role of the key in use', async () => {
    const [before, after] = [await keysOf({}), await keysOf({ grantPermission: 'cpanel_mutation_new' })];

    const permissions = (keys: readonly ApiKey[]) => keys[0]?.roles[0]?.role.permissions;
    expect(permissions(after)).toEqual([...(permissions(before) ?? []), 'cpanel_mutation_new']);
    const elsewhere = (keys: readonly ApiKey[]) =>
      keys.flatMap(({ roles }) => roles).filter(({ role }) => role.name !== 'Customer Auditor');
    expect(elsewhere(after)).toEqual(elsewhere(before));
  });

  test('the support’s access and the banner', async () => {
    const before = await settingsOf({});
    const opened = await settingsOf({ supportAccess: 'full_access' });
    const bare = await settingsOf({ bannerOff: true });

    expect(before).toMatchObject({ frame_support_admin_access: 'no_access', is_login_banner_enabled: true });
    expect(opened).toEqual({
      ...before,
      frame_support_admin_access: 'full_access',
      authorized_nutanix_personnel: ['person@vendor.example'],
      can_frame_account_support_start_session: true,
      is_frame_support_customer_admin: true,
    });
    expect(bare).toEqual({ ...before, is_login_banner_enabled: false, login_banner_settings: null });
  });

  test('empty lists, some of them', async () => {
    const running = await start({ ...STILL, faults: { emptyLists: 'accounts,api_authorization_rules' } });

    const sizes = await Promise.all(LISTS.map(async (list) => (await json(running, pathOf(list))).length));

    expect(sizes).toEqual([0, 3, 7, 0, 3, 4]);
    expect(held(running, 'accounts')).toHaveLength(7);
  });

  test('lists that are half read so often, everywhere or at one endpoint', async () => {
    const running = await start({ ...STILL, faults: { halvedLists: { next: 2 } } });
    const size = async (list: (typeof LISTS)[number]) => (await json(running, pathOf(list))).length;

    expect([await size('api_authorization_rules'), await size('accounts'), await size('accounts')]).toEqual([3, 3, 7]);
    running.setFaults({ halvedLists: { next: 1, at: 'cloud_services' } });
    expect([await size('accounts'), await size('cloud_services'), await size('cloud_services')]).toEqual([7, 1, 3]);
    running.setFaults({ halvedLists: { next: 1, at: 'nothing' } });
    const answer = await ask(running, pathOf('accounts'));
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('halvedLists.at is one of')]);
  });

  test('keys, roles and permissions in another order each time', async () => {
    const running = await start({ ...STILL, faults: { shuffledPermissions: true } });
    const read = () => json<ApiKey[]>(running, pathOf('api_authorization_rules'));
    const plain = await keysOf({});

    const reads = [await read(), await read(), await read(), await read()];

    for (const keys of reads) expect(ordered(keys)).toEqual(ordered(plain));
    const orders = reads.map((keys) => keys.map(({ id }) => id).join());
    const permissions = reads.map((keys) => keys.find(({ id }) => id === 54)?.roles[0]?.role.permissions.join());
    expect(new Set(orders).size).toBeGreaterThan(2);
    expect(new Set(permissions).size).toBeGreaterThan(2);
  });

  test('a list that is cut in its middle is no JSON', async () => {
    const running = await start({ faults: { cut: { next: 1 } } });

    const text = await (await ask(running, pathOf('accounts'))).text();

    expect(() => JSON.parse(text)).toThrow();
    expect(await json(running, pathOf('accounts'))).not.toEqual([]);
  });

  test('what is not there is named', async () => {
    await expect(start({ faults: { emptyLists: 'accounts,nothing' } })).rejects.toThrow(
      /emptyLists is one of: accounts/,
    );
    const faults = JSON.parse('{"stolenKey":{"next":1}}');
    await expect(start({ faults })).rejects.toThrow(/has no fault "stolenKey"/);
  });
});

test('every endpoint answers at its path', async () => {
  const running = await start();
  const days = '?from_date=2026-01-09&to_date=2026-01-09';
  const logs = ['audit-trails', 'session-trails', `user_activities${days}`, 'usage', `disk_volume_usage${days}`];
  const paths = [...INVENTORY.map(pathOf), ...logs.map((name) => `${CUSTOMER}/${name}`)];

  const statuses = await Promise.all(paths.map((path) => status(running, path)));

  expect(statuses).toEqual(Array(ENDPOINTS.length).fill(200));
});

/** A value whose lists are in a fixed order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(ordered).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ordered(inner)]));
}
