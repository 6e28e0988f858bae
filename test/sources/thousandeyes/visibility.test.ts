import { describe, expect, test } from 'vitest';
import type { Answer, Connection } from '../../../functions/core/model.ts';
import { visibility } from '../../../functions/sources/thousandeyes/visibility.ts';

const ALL_USERS = 'View activity log for all users in account group';
const EVERYWHERE = { allAccountGroups: true };

function connection(settings: Record<string, unknown> = {}): Connection {
  return { id: 'acme', source: 'thousandeyes', origin: 'https://api.thousandeyes.com/v7', secret: 's', settings };
}

function answer(body: unknown, status = 200): Answer {
  return { status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The owner of a token: its login account group, its roles in each group, its roles in all of them. */
function user(groups: Record<string, unknown[]>, everywhere: unknown[] = []): Answer {
  const accountGroupRoles = Object.entries(groups).map(([aid, roles]) => ({ accountGroup: { aid }, roles }));
  return answer({
    uid: '1',
    loginAccountGroup: { aid: Object.keys(groups)[0] ?? '1402' },
    accountGroupRoles,
    allAccountGroupRoles: everywhere,
  });
}

function role(name: string, roleId = '35', isBuiltin = true): unknown {
  return { name, roleId, isBuiltin };
}

function permissions(...labels: unknown[]): Answer {
  return answer({ permissions: labels.map((label) => ({ label })) });
}

function seen(answers: readonly Answer[], settings: Record<string, unknown> = {}): unknown {
  const result = visibility.read(answers, connection(settings));
  if (!('seen' in result)) throw new Error(`asks for ${result.next.url}`);
  return result.seen;
}

/** The same, as it comes back from a checkpoint. */
function stored(answers: readonly Answer[], settings: Record<string, unknown> = {}): unknown {
  return JSON.parse(JSON.stringify(seen(answers, settings)));
}

describe('how much a token sees', () => {
  test('is asked of its owner first', () => {
    expect(visibility.first(connection()).url).toBe('/users/current');
  });

  test.each(['Organization Admin', 'account admin '])('%s sees all', (name) => {
    expect(seen([user({ 1402: [role('Other'), role(name)] })])).toMatchObject({
      sees: 'all',
      groups: ['1402'],
      ownOnly: [],
    });
  });

  test('a regular user sees its own: its role need not be asked for, which it could not', () => {
    expect(seen([user({ 1402: [role('Regular User')] })])).toMatchObject({ sees: 'own', ownOnly: ['1402'] });
  });

  test('other roles are asked for their permissions, one after the other, at most five', () => {
    const owner = user({ 1402: ['7', '3', '3', '5', '1', '9', '8'].map((id) => role('Custom', id, false)) });
    const answers = [owner];
    const asked: string[] = [];
    for (
      let next = visibility.read(answers, connection());
      'next' in next;
      next = visibility.read(answers, connection())
    ) {
      asked.push(next.next.url);
      answers.push(permissions('View own activity log'));
    }

    expect(asked).toEqual(['/roles/1', '/roles/3', '/roles/5', '/roles/7', '/roles/8']);
    expect(seen(answers)).toBeUndefined();
  });

  test.each([
    ['the permission', permissions('API access', ALL_USERS), 'all'],
    ['the permission in other letters', permissions(` ${ALL_USERS.toUpperCase()}`), 'all'],
    ['the permission for all groups', permissions('View user activity in all account groups'), 'all'],
    ['only its own', permissions('API access', 'View own activity log'), 'own'],
    ['no permissions', permissions(), 'own'],
    ['odd labels', permissions(null, 5, {}), 'own'],
    ['no list', answer({ permissions: 'all' }), undefined],
    ['no JSON', answer('<html>'), undefined],
    ['no right to ask', answer({ permissions: [] }, 403), undefined],
  ])('a role with %s', (_name, roleAnswer, sees) => {
    const known = seen([user({ 1402: [role('Custom')] }), roleAnswer]) as { sees: string } | undefined;
    expect(known?.sees).toBe(sees);
  });

  test('a role of one’s own is asked even when it carries a built-in name', () => {
    expect(visibility.read([user({ 1402: [role('Account Admin', '99', false)] })], connection())).toMatchObject({
      next: { url: '/roles/99' },
    });
  });

  test('an id that is no id is not asked for', () => {
    expect(seen([user({ 1402: [role('Custom', '../users')] })])).toBeUndefined();
  });

  test('the account group that is read decides', () => {
    const owner = user({ 1402: [role('Regular User', '37')], 1509: [role('Account Admin')] });
    const answers = [owner, permissions('View own activity log')];

    expect(seen(answers)).toMatchObject({ sees: 'own', ownOnly: ['1402'] });
    expect(seen([owner], { aid: 1509 })).toMatchObject({ sees: 'all', groups: ['1509'] });
    expect(seen([owner], { aid: '1600' })).toBeUndefined();
    expect(seen(answers, EVERYWHERE)).toMatchObject({ sees: 'all', groups: ['1509'], ownOnly: ['1402'] });
  });

  test('a role for all account groups counts in each', () => {
    const owner = user({ 1509: [role('Regular User', '37')] }, [role('Organization Admin')]);

    expect(seen([owner], { aid: '1402' })).toMatchObject({ sees: 'all', groups: ['1402'] });
    expect(seen([owner], EVERYWHERE)).toMatchObject({ sees: 'all', groups: ['*', '1509'] });
  });

  test('ids may be numbers', () => {
    const body = { accountGroupRoles: [{ accountGroup: { aid: 1402 }, roles: [{ name: 'Custom', roleId: 35 }] }] };

    expect(visibility.read([answer(body)], connection(EVERYWHERE))).toMatchObject({ next: { url: '/roles/35' } });
  });

  test.each([
    ['nothing', []],
    ['no success', [answer({}, 500)]],
    ['HTML', [answer('<html>')]],
    ['null', [answer('null')]],
    ['a list', [answer([])]],
    [
      'odd groups',
      [
        answer({
          accountGroupRoles: [null, 5, { accountGroup: null }, { accountGroup: { aid: {} }, roles: 5 }],
          allAccountGroupRoles: 'x',
        }),
      ],
    ],
    [
      'odd roles',
      [
        answer({
          loginAccountGroup: { aid: '1' },
          accountGroupRoles: [{ accountGroup: { aid: '1' }, roles: [null, { name: 5, roleId: [] }] }],
        }),
      ],
    ],
  ])('%s means that nobody knows', (_name, answers) => {
    expect(seen(answers)).toBeUndefined();
    expect(seen(answers, EVERYWHERE)).toBeUndefined();
  });
});

describe('comparing with before', () => {
  const admin = [user({ 1402: [role('Account Admin')] })];
  const regular = [user({ 1402: [role('Regular User')] }), permissions('View own activity log')];
  const unclear = [user({ 1402: [role('Custom')] }), answer('', 403)];

  test('nothing is said of a token that sees all', () => {
    expect(visibility.compare(seen(admin), stored(admin))).toEqual({});
    expect(visibility.compare(seen(admin), undefined)).toEqual({});
    expect(visibility.compare(seen(admin), stored(regular))).toEqual({});
  });

  test('a token that sees its owner’s events only is a warning that names the permission', () => {
    const { warning, shrank } = visibility.compare(seen(regular), stored(regular));

    expect(warning).toContain(
      `lacks the permission \`${ALL_USERS}\`: the answers hold only the token owner’s own events`,
    );
    expect(shrank).toBeUndefined();
  });

  test('a lost permission is a loss until it is accepted', () => {
    expect(visibility.compare(seen(regular), stored(admin)).shrank).toMatch(
      /now sees only its owner’s .* Give it back, or set settings.scopeAccepted to today’s date/,
    );

    const accepted = seen(regular, { scopeAccepted: '2026-01-10' });

    expect(visibility.compare(accepted, stored(admin)).shrank).toBeUndefined();
    expect(visibility.compare(accepted, stored(admin)).warning).toBeDefined();
    expect(visibility.compare(accepted, stored(admin, { scopeAccepted: '2026-01-10' })).shrank).toBeDefined();
  });

  test('what is unclear is neither', () => {
    expect(visibility.compare(seen(unclear), stored(admin))).toEqual({});
  });

  test('account groups that are gone are a loss where all are read', () => {
    const both = [user({ 1402: [role('Account Admin')], 1509: [role('Account Admin')] })];
    const demoted = [user({ 1402: [role('Account Admin')], 1509: [role('Regular User')] }), permissions()];

    expect(visibility.compare(seen(admin, EVERYWHERE), stored(both, EVERYWHERE)).shrank).toContain(
      'account groups 1509. Give it back',
    );
    expect(visibility.compare(seen(demoted, EVERYWHERE), stored(both, EVERYWHERE))).toMatchObject({
      shrank: expect.stringContaining('1509'),
      warning: expect.stringContaining('in the account groups 1509'),
    });
    expect(visibility.compare(seen(both, EVERYWHERE), stored(admin, EVERYWHERE))).toEqual({});
    expect(visibility.compare(seen(admin, { aid: '1402' }), stored(both, { aid: '1509' }))).toEqual({});
  });

  test('a role for all account groups covers each', () => {
    const organization = [user({}, [role('Organization Admin')])];

    expect(visibility.compare(seen(organization, EVERYWHERE), stored(admin, EVERYWHERE))).toEqual({});
    expect(visibility.compare(seen(admin, EVERYWHERE), stored(organization, EVERYWHERE)).shrank).toContain(
      'a role for all account groups',
    );
  });

  test.each([[undefined], [null], [{}], ['x'], [{ sees: 'all', groups: 5, basis: '' }]])(
    '%j from before is not compared with',
    (before) => {
      expect(visibility.compare(seen(regular), before).shrank).toBeUndefined();
      expect(visibility.compare(before, seen(admin))).toEqual({});
    },
  );
});
