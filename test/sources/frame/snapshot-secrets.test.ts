import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import { type Item, isSnapshot, type SnapshotFeed } from '../../../functions/core/model.ts';
import { diffItems } from '../../../functions/core/snapshots/snapshot-diff.ts';
import { baselineEvent, changeEvent } from '../../../functions/core/snapshots/snapshot-events.ts';
import { source } from '../../../functions/sources/frame/source.ts';

const ref = { id: 'r', number: 1, at: 1_768_039_500_000_000 };

function feedOf(name: string): SnapshotFeed {
  const connection = parseConnection(source, { id: 'acme', source: 'frame', settings: { customerId: 'c1' } });
  const feed = feedsOf(source, connection).find(({ stream }) => stream.name === name);
  if (!feed || !isSnapshot(feed.stream)) throw new Error(`no snapshot stream ${name}`);
  return feed as SnapshotFeed;
}

const rules = feedOf('api-authorization-rules');

function itemsOf(feed: SnapshotFeed, value: unknown): readonly Item[] {
  return feed.stream.items({ value, text: JSON.stringify(value) });
}

/** All that leaves when this becomes that. */
function leaving(feed: SnapshotFeed, before: unknown, after: unknown): string {
  const [were, are] = [itemsOf(feed, before), itemsOf(feed, after)];
  const events = diffItems(were, are).map((change) => changeEvent(feed, ref, change));
  return JSON.stringify([events, baselineEvent(feed, ref, are), were, are]);
}

describe('what is in credentials', () => {
  const MARK = 'never-shown';
  const secret = fc.oneof(
    fc.constant(MARK),
    fc.nat().map((n) => `${MARK}-${n}\n"`),
    fc.string().map((text) => `${text}${MARK}`),
  );
  const credentials = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      secret,
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('id', 'name', 'client_id', 'client_secret', 'created_at', 'x'), tie('any'), {
        maxKeys: 4,
      }),
    ),
  })).any;

  test('never leaves, at any depth, whatever becomes of it', () => {
    fc.assert(
      fc.property(credentials, credentials, (before, after) => {
        const rule = (one: unknown) => ({ id: 53, name: 'SIEM export', credentials: one });

        expect(leaving(rules, rule(before), rule(after))).not.toContain(MARK);
      }),
    );
  });

  test('never leaves in the words about an answer that cannot be read', () => {
    const texts = [
      `[{"credentials":["${MARK}"`,
      `{"credentials":["${MARK}"]}`,
      `["${MARK}"]`,
      `"${MARK}"`,
      `[{"credentials":["${MARK}"]}]]`,
      `[{"credentials":${'['.repeat(200)}"${MARK}"${']'.repeat(200)}}]`,
    ];
    for (const text of texts) {
      try {
        rules.stream.read({ status: 200, headers: {}, text }, { url: '/' }, rules.connection);
        expect.unreachable();
      } catch (thrown) {
        const { message, cause } = thrown as Error;
        expect(`${message} ${String(cause)}`).not.toContain(MARK.slice(0, 5));
      }
    }
  });

  test('is hashed where it is a text or a number; what only says yes, no or nothing stays', () => {
    const [item] = itemsOf(rules, { id: 53, credentials: [{ key: 'x', pin: 4711, active: true, note: null }] });

    expect(item?.value).toEqual({
      credentials: [
        {
          active: true,
          key: expect.stringMatching(/^hash:[0-9a-f]{32}$/),
          note: null,
          pin: expect.stringMatching(/^hash:[0-9a-f]{32}$/),
        },
      ],
      id: 53,
    });
  });

  test('is a change when it changes, and none when it does not', () => {
    const rule = (key: unknown) => itemsOf(rules, { id: 53, credentials: [{ key }] });

    expect(diffItems(rule('a'), rule('a'))).toEqual([]);
    expect(diffItems(rule('a'), rule('b'))).toMatchObject([{ kind: 'changed', fields: ['credentials[0].key'] }]);
    expect(diffItems(rule('1'), rule(1))).toHaveLength(1);
  });

  test('is not told by a plain hash of it', () => {
    const [item] = itemsOf(rules, { id: 53, credentials: 'a' });

    // SHA-256 of `a` and of `"a"`, which any table of hashes holds.
    expect(JSON.stringify(item)).not.toMatch(/ca978112ca1bbdcafac231b39a23dc4d|ac8d8342bbb2362d13f0a559a3621bb4/);
  });
});

describe('secrets elsewhere', () => {
  test.each([
    [
      'settings',
      { max_concurrency: 1, sso_client_secret: 'never-shown-1' },
      { max_concurrency: 1, sso_client_secret: 'never-shown-2' },
    ],
    [
      'cloud-services',
      { id: 1, properties: { Password: 'never-shown-1' } },
      { id: 1, properties: { Password: 'never-shown-2' } },
    ],
    ['accounts', { id: 1, apiKey: ['never-shown-1'] }, { id: 1, apiKey: ['never-shown-2'] }],
    ['customer', { id: 1, access_key: { id: 'never-shown-1' } }, { id: 1, access_key: { id: 'never-shown-2' } }],
    ['master-images', { id: 1, private_key: 'never-shown-1' }, { id: 1, private_key: 'never-shown-2' }],
    ['elasticity', { max_servers: 1, token: 'never-shown-1' }, { max_servers: 1, token: 'never-shown-2' }],
  ])('%s: a text under a name that says so is a change, and not shown', (name, before, after) => {
    const feed = feedOf(name);

    expect(diffItems(itemsOf(feed, before), itemsOf(feed, after))).toHaveLength(1);
    expect(leaving(feed, before, after)).not.toContain('never-shown');
  });

  test('are not seen where there are none', () => {
    const value = {
      id: 53,
      name: 'secret',
      roles: [{ id: 'r', role: { name: 'token', permissions: ['cpanel_api_key'] } }],
    };

    expect(itemsOf(rules, value)[0]?.value).toEqual(value);
  });
});
