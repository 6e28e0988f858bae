import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import type { Answer, Connection } from '../../../functions/core/model.ts';
import { DAY, HOUR, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { personIn } from '../../../functions/source-kit/persons.ts';
import { auditUserEvents } from '../../../functions/sources/thousandeyes/audit-user-events.ts';
import { classify } from '../../../functions/sources/thousandeyes/classify.ts';
import { isSamePerson } from '../../../functions/sources/thousandeyes/same-person.ts';
import { source } from '../../../functions/sources/thousandeyes/source.ts';

const ASKED = { url: '/audit-user-events' };
const now = at('2026-01-10T10:00:00Z');

function at(text: string): number {
  return parseInstant(text) as number;
}

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): Answer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function connection(settings: Record<string, unknown> = {}): Connection {
  const origin = 'https://api.thousandeyes.com/v7';
  return { id: 'acme', source: 'thousandeyes', origin, secret: 's', settings: z.parse(source.settings, settings) };
}

describe('settings', () => {
  test('all are optional, and one account group is the default', () => {
    expect(z.parse(source.settings, {})).toEqual({ allAccountGroups: false });
  });

  test.each([{ aid: '1402' }, { aid: 1402 }, { max: 1 }, { max: 1000 }, { scopeAccepted: '2026-01-10' }])(
    '%j is taken',
    (settings) => {
      expect(z.safeParse(source.settings, settings).success).toBe(true);
    },
  );

  test.each([
    { aid: '14 02' },
    { aid: 1.5 },
    { aid: -1 },
    { aid: '' },
    { max: 0 },
    { max: 1001 },
    { max: '5' },
    { allAccountGroups: 'yes' },
    { windw: 1 },
  ])('%j is refused', (settings) => {
    expect(z.safeParse(source.settings, settings).success).toBe(false);
  });

  test('each is described to editors', () => {
    const { properties = {} } = z.toJSONSchema(source.settings, { io: 'input' });

    expect(Object.keys(properties).sort()).toEqual(['aid', 'allAccountGroups', 'max', 'scopeAccepted']);
    for (const property of Object.values(properties))
      expect((property as { description?: string }).description).toMatch(/\.$/);
  });

  test('the tenant is the account group, unless the token decides which ones are read', () => {
    expect(source.tenant?.(connection({ aid: 1402 }))).toBe('1402');
    expect(source.tenant?.(connection({ aid: '1402' }))).toBe('1402');
    expect(source.tenant?.(connection())).toBeUndefined();
    expect(source.tenant?.(connection({ aid: 1402, allAccountGroups: true }))).toBeUndefined();
  });

  test('the scope is what decides which records come', () => {
    const origin = 'https://api.thousandeyes.com/v7';
    expect(source.scope(connection())).toEqual({ origin, aid: '', allAccountGroups: 'false' });
    expect(source.scope(connection({ aid: 1402, allAccountGroups: true, max: 5 }))).toEqual({
      origin,
      aid: '1402',
      allAccountGroups: 'true',
    });
  });
});

describe('the first question', () => {
  const range = { from: at('2026-01-10T09:00:00.4Z'), to: at('2026-01-10T09:59:59.6Z') };

  test.each([
    [{}, 'startDate=2026-01-10T09%3A00%3A00Z&endDate=2026-01-10T10%3A00%3A00Z'],
    [{ aid: 1402 }, 'aid=1402&startDate=2026-01-10T09%3A00%3A00Z&endDate=2026-01-10T10%3A00%3A00Z'],
    [
      { allAccountGroups: true, max: 500 },
      'useAllPermittedAids=true&startDate=2026-01-10T09%3A00%3A00Z&endDate=2026-01-10T10%3A00%3A00Z&max=500',
    ],
  ])('with %j asks for whole seconds around the range', (settings, query) => {
    expect(auditUserEvents.first(range, connection(settings))).toEqual({
      url: `/audit-user-events?${query}`,
      headers: { accept: 'application/hal+json, application/json' },
    });
  });

  test('a range on whole seconds is not widened', () => {
    const { url } = auditUserEvents.first({ from: now, to: now + SECOND }, connection());

    expect(url).toContain('startDate=2026-01-10T10%3A00%3A00Z&endDate=2026-01-10T10%3A00%3A01Z');
  });
});

describe('reading a page', () => {
  const asked = { url: '/audit-user-events' };
  const href = 'https://api.thousandeyes.com/v7/audit-user-events?cursor=b2Zmc2V0PTcwMDAwMDAx%3D';

  test.each([
    ['no links', {}, undefined],
    ['null links', { _links: null }, undefined],
    ['empty links', { _links: {} }, undefined],
    ['a next that is null', { _links: { next: null } }, undefined],
    ['an empty next', { _links: { next: {} } }, undefined],
    ['an empty text', { _links: { next: '' } }, undefined],
    ['an href that is null', { _links: { next: { href: null } } }, undefined],
    ['an empty href', { _links: { next: { href: '' } } }, undefined],
    ['a text', { _links: { next: href } }, href],
    ['an object', { _links: { next: { href, templated: false } } }, href],
  ])('%s', (_name, links, next) => {
    const page = auditUserEvents.read(answer(200, { auditEvents: [{}], ...links }), asked);

    expect(page.next?.url).toBe(next);
    expect(page.next?.headers).toEqual(next && { accept: 'application/hal+json, application/json' });
    expect(page.rows).toEqual([{ value: {}, text: '{}' }]);
  });

  test.each([
    [{ _links: 'next' }],
    [{ _links: [] }],
    [{ _links: { next: 5 } }],
    [{ _links: { next: { href: 5 } } }],
    [{ _links: { next: [href] } }],
  ])('%j is not taken for the end', (links) => {
    expect(() => auditUserEvents.read(answer(200, { auditEvents: [], ...links }), asked)).toThrow(UnreadableError);
  });

  test.each([
    ['2026-01-10T10:00:00Z', at('2026-01-10T10:00:00Z')],
    ['soon', undefined],
    [null, undefined],
    [1768039200, undefined],
  ])('an endDate of %j', (endDate, answeredTo) => {
    expect(auditUserEvents.read(answer(200, { auditEvents: [], endDate }), asked).answeredTo).toBe(answeredTo);
  });

  test('HTML is no page', () => {
    expect(() => auditUserEvents.read(answer(200, '<html>', { 'content-type': 'text/html' }), asked)).toThrow(
      'content type text/html',
    );
  });

  test.each([
    [{ date: '2026-01-10T10:00:00Z' }, [{ time: now }]],
    [{ date: 'yesterday' }, [{}]],
    [{ date: 5 }, [{}]],
    [{}, [{}]],
    [null, [{}]],
    [[], [{}]],
    ['x', [{}]],
  ])('the record %j is one event', (value, events) => {
    expect(auditUserEvents.events({ value, text: JSON.stringify(value) })).toEqual(events);
  });
});

describe('what an answer means', () => {
  test.each([200, 204, 404, 405, 406, 415, 500, 503])('%i means what it means everywhere', (status) => {
    expect(source.judge?.(answer(status), now, ASKED)).toBeUndefined();
  });

  test.each([
    [301, 'request', 'API version', 'https://api.thousandeyes.com/v7'],
    [
      401,
      'refused',
      'expired or was revoked, or the account is locked',
      'Account Settings > Users and Roles > Profile > User API Tokens',
    ],
    [
      403,
      'forbidden',
      'does not let this token read',
      '`API access` and `View activity log for all users in account group`',
    ],
  ])('%i is final', (status, code, reason, remedy) => {
    expect(source.judge?.(answer(status, { error: 'invalid_token' }), now, ASKED)).toMatchObject({
      kind: 'never',
      code,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
  });

  test.each([
    [
      'the documented problem',
      { errors: [{ code: 'AM-1001', field: 'startDate', message: 'cannot be\ncombined' }, { field: 'aid' }] },
      ': startDate: cannot be combined; aid',
    ],
    ['a detail alone', { title: 'Bad', detail: 'Invalid fields' }, ': Invalid fields'],
    ['a title alone', { title: 'Bad' }, ': Bad'],
    ['errors of odd shapes', { errors: [null, 5, 'x', { field: 5, message: {} }], title: 'Bad' }, ': Bad'],
    ['errors that are no list', { errors: 'x' }, ''],
    ['null', null, ''],
    ['no JSON', '<html>', ''],
    ['nothing', '', ''],
  ])('400 with %s', (_name, body, said) => {
    expect(source.judge?.(answer(400, body), now, ASKED)).toMatchObject({
      kind: 'never',
      code: 'request',
      reason: `ThousandEyes finds the question wrong (400)${said}`,
    });
  });

  test('a problem report cannot make the message long', () => {
    const long = 'x'.repeat(400);
    const errors = Array.from({ length: 100 }, () => ({ field: long, message: long }));

    const verdict = source.judge?.(answer(400, { errors: errors.slice(0, 50) }), now, ASKED);

    expect(verdict?.kind === 'never' && verdict.reason.length).toBeLessThan(5 * 650);
    expect(source.judge?.(answer(400, { errors, pad: 'x'.repeat(100_000) }), now, ASKED)).toMatchObject({
      reason: expect.stringMatching(/\(400\)$/),
    });
  });

  const RESET = 'x-organization-rate-limit-reset';
  test.each([
    ['seconds', { 'retry-after': '30' }, now + 30 * SECOND],
    ['a date', { 'retry-after': 'Sat, 10 Jan 2026 10:01:00 GMT' }, now + MINUTE],
    [
      'a date on a clock that is an hour slow',
      { 'retry-after': 'Sat, 10 Jan 2026 09:01:00 GMT', date: 'Sat, 10 Jan 2026 09:00:00 GMT' },
      now + MINUTE,
    ],
    ['a reset', { [RESET]: '1768039260' }, now + MINUTE],
    [
      'a reset on a clock that is an hour fast',
      { [RESET]: '1768042860', date: 'Sat, 10 Jan 2026 11:00:00 GMT' },
      now + MINUTE,
    ],
    ['both', { 'retry-after': '5', [RESET]: '1768039260' }, now + 5 * SECOND],
    ['an unreadable Retry-After and a reset', { 'retry-after': 'soon', [RESET]: '1768039260' }, now + MINUTE],
    [
      'a past Retry-After and a reset',
      { 'retry-after': 'Sat, 10 Jan 2026 09:00:00 GMT', [RESET]: '1768039260' },
      now + MINUTE,
    ],
    ['an absurd Retry-After', { 'retry-after': '999999999' }, undefined],
    ['a past reset', { [RESET]: '1768039100' }, undefined],
    ['an absurd reset', { [RESET]: '1868039100' }, undefined],
    ['a reset in milliseconds', { [RESET]: '1768039260000' }, undefined],
    ['a reset that is no number', { [RESET]: '-1' }, undefined],
    ['nothing', {}, undefined],
  ])('429 with %s', (_name, headers: Record<string, string>, until) => {
    const verdict = source.judge?.(answer(429, { status: 429 }, headers), now, ASKED);

    expect(verdict).toEqual({
      kind: 'later',
      throttled: true,
      reason: 'ThousandEyes says that the organization’s request quota is used up (429)',
      ...(until !== undefined && { at: until }),
    });
  });
});

describe('the request quota', () => {
  const limit = 'x-organization-rate-limit-limit';
  const remaining = 'x-organization-rate-limit-remaining';
  const reset = 'x-organization-rate-limit-reset';
  const good = { [limit]: '240', [remaining]: '231', [reset]: '1768039260' };

  test('is read from the headers', () => {
    expect(source.quota?.(answer(200, '', good), now)).toEqual({ limit: 240, remaining: 231, resetAt: now + MINUTE });
    expect(source.quota?.(answer(429, '', { ...good, [remaining]: '0' }), now)).toMatchObject({ remaining: 0 });
  });

  test('is told in our time when the vendor’s clock is off', () => {
    const headers = { ...good, [reset]: '1768035660', date: 'Sat, 10 Jan 2026 09:00:00 GMT' };

    expect(source.quota?.(answer(200, '', headers), now)?.resetAt).toBe(now + MINUTE);
  });

  test.each([
    ['no headers', {}],
    ['no limit', { ...good, [limit]: '' }],
    ['a limit of nothing', { ...good, [limit]: '0', [remaining]: '0' }],
    ['more than there is', { ...good, [remaining]: '241' }],
    ['a negative rest', { ...good, [remaining]: '-1' }],
    ['a past reset', { ...good, [reset]: '1768039200' }],
    ['a reset in a day', { ...good, [reset]: String((now + DAY) / SECOND) }],
    ['words', { ...good, [limit]: 'many' }],
  ])('is unknown with %s', (_name, headers: Record<string, string>) => {
    expect(source.quota?.(answer(200, '', headers), now)).toBeUndefined();
  });

  test('a reset within the hour is believed', () => {
    expect(source.quota?.(answer(200, '', { ...good, [reset]: String((now + HOUR) / SECOND) }), now)?.resetAt).toBe(
      now + HOUR,
    );
  });
});

describe('classes of events', () => {
  test.each([
    ['Login.', 'authentication', 'start', 'success'],
    ['Login failed.', 'authentication', 'start', 'failure'],
    ['login failed', 'authentication', 'start', 'failure'],
    ['User logged in.', 'authentication', 'start', 'success'],
    ['Sign-in denied', 'authentication', 'start', 'failure'],
    ['Logout.', 'authentication', 'end', 'success'],
    ['User signed out', 'authentication', 'end', 'success'],
    ['User created.', 'iam', 'creation user', 'success'],
    ['User removed.', 'iam', 'deletion user', 'success'],
    ['User added to account group.', 'iam', 'change group', 'success'],
    ['User removed from account group.', 'iam', 'change group', 'success'],
    ['Role assigned to user.', 'iam', 'change user', 'success'],
    ['User role changed', 'iam', 'change user', 'success'],
    ['Role deleted', 'iam', 'deletion admin', 'success'],
    ['API token generated.', 'iam', 'creation user', 'success'],
    ['API token revoked.', 'iam', 'deletion user', 'success'],
    ['Account group created.', 'iam', 'creation group', 'success'],
    ['Login account group updated.', 'iam', 'change user', 'success'],
    ['Login disabled.', 'iam', 'change user', 'success'],
    ['Password change failed.', 'iam', 'change user', 'failure'],
    ['User viewed.', 'iam', 'info user', 'success'],
    ['Report created.', 'configuration', 'creation', 'success'],
    ['Report viewed', 'configuration', 'access', 'success'],
    ['Test enabled.', 'configuration', 'change', 'success'],
    ['Test disabled.', 'configuration', 'change', 'success'],
    ['Test creation', 'configuration', 'creation', 'success'],
    ['Test renamed', 'configuration', 'change', 'success'],
    ['Alert rule deleted.', 'configuration', 'deletion', 'success'],
    ['Alert rule shared with user.', 'configuration', 'change', 'success'],
    ['Agent removed.', 'configuration', 'deletion', 'success'],
    ['Cluster modified.', 'configuration', 'change', 'success'],
    ['Label added to test.', 'configuration', 'change', 'success'],
    ['Account settings changed.', 'configuration', 'change', 'success'],
    ['Usage limits updated', 'configuration', 'change', 'success'],
  ])('%s', (text, category, type, outcome) => {
    expect(classify(text)).toMatchObject({ category: [category], type: type.split(' '), outcome, known: true });
    // The documentation writes the period, and the log does not.
    const [bare, dotted] = text.endsWith('.') ? [text.slice(0, -1), text] : [text, `${text}.`];
    expect(classify(dotted)).toEqual(classify(bare));
  });

  test.each([
    ['Quantum tunnel calibrated.', [], ['info'], 'unknown'],
    ['Calibration failed.', [], ['info'], 'failure'],
    ['Quantum tunnel deleted.', ['configuration'], ['deletion'], 'success'],
    ['Test calibrated.', ['configuration'], ['info'], 'unknown'],
    ['User calibrated.', ['iam'], ['info', 'user'], 'unknown'],
    ['', [], ['info'], 'unknown'],
    ['contest', [], ['info'], 'unknown'],
  ])('%j is not known, and nothing is claimed that its words do not say', (text, category, type, outcome) => {
    expect(classify(text)).toMatchObject({ category, type, outcome, known: false });
  });

  test.each([
    ['Login.', 'user-login'],
    ['User logged in via SSO', 'user-login'],
    ['Login failed.', 'login-failed'],
    ['Logout.', 'user-logout'],
    ['Logout failed', 'logout-failed'],
    ['Login disabled.', 'login-disabled'],
    ['  API token (v2) GENERATED.  ', 'api-token-v2-created'],
    ['User added.', 'user-created'],
    ['User registered', 'user-registered'],
    ['Account created.', 'user-account-created'],
    ['User creation failed.', 'user-create-failed'],
    ['Password reset failed.', 'user-password-reset-failed'],
    ['User added to account group.', 'account-group-member-added'],
    ['User removed from account group.', 'account-group-member-removed'],
    ['Label added to test.', 'test-label-added'],
    ['Usage limits changed.', 'usage-limit-updated'],
    ['Usage limit changed.', 'usage-limit-updated'],
    ['Test account bindings', 'test-account-bindings-updated'],
    ['Alert rule bindings.', 'alert-rule-bindings-updated'],
    ['User bindings', 'user-bindings-updated'],
    ['...', 'unknown-event'],
    ['', 'unknown-event'],
    ['x\ud800y', 'unknown-event'],
    ['x\ud800y deleted', 'x-y-deleted'],
    [`${'é'.repeat(500)} deleted`, `${'é'.repeat(92)}-deleted`],
    [`${'𝒜'.repeat(400)} deleted`, `${'𝒜'.repeat(92)}-deleted`],
    [`${'a'.repeat(91)} b deleted`, `${'a'.repeat(91)}-deleted`],
    ['constructor deleted', 'constructor-deleted'],
    ['constructor', 'unknown-event'],
  ])('the action of %j', (text, action) => {
    expect(classify(text).action).toBe(action);
  });

  test.each([
    ['Test account bindings', 'configuration', 'change'],
    ['Role bindings', 'iam', 'change admin'],
    ['User registered', 'iam', 'creation user'],
  ])('%s needs no verb in the past tense, and no period', (text, category, type) => {
    const known = { category: [category], type: type.split(' '), outcome: 'success', known: true };
    expect(classify(text)).toMatchObject(known);
    expect(classify(`${text}.`)).toEqual(classify(text));
  });

  test.each([
    ['Role assigned to user.', false, 'role-assigned'],
    ['Role added to user.', false, 'role-assigned'],
    ['Role granted', false, 'role-assigned'],
    ['Role removed from user.', false, 'role-removed'],
    ['Permission revoked', false, 'permission-removed'],
    ['User role changed.', false, 'user-roles-updated'],
    ['User permissions updated', false, 'user-permissions-updated'],
    ['Role added.', true, 'role-assigned'],
    ['Role removed', true, 'role-removed'],
  ])('%s changes a user (named besides: %s): %s', (text, namesPerson, action) => {
    expect(classify(text, namesPerson)).toMatchObject({ action, category: ['iam'], type: ['change', 'user'] });
  });

  test('a role that is added without a user is a new role', () => {
    expect(classify('Role added.')).toMatchObject({ action: 'role-created', type: ['creation', 'admin'] });
    expect(classify('Role updated.', true)).toMatchObject({ action: 'role-updated', type: ['change', 'admin'] });
  });

  test('an event of unknown class is marked so that the engine counts it', () => {
    const tagsOf = (event: string) => auditUserEvents.map({ value: { event }, text: '' }, {}, connection()).tags;

    expect(tagsOf('Quantum tunnel calibrated.')).toEqual([UNKNOWN_EVENT]);
    expect(tagsOf('Login.')).toBeUndefined();
  });

  test('a text of a million words is classified at once', () => {
    expect(classify('added to ('.repeat(1_000_000)).known).toBe(false);
  });
});

describe('who is named', () => {
  const mapped = (record: Record<string, unknown>) =>
    auditUserEvents.map({ value: { event: 'User updated', ...record }, text: '' }, {}, connection());
  const resource = (type: string, name: string) => ({
    uid: '7',
    user: 'Ana (a@x.example)',
    resources: [{ type, name }],
  });

  test.each(['userDisplayName', 'userName', 'userEmail', 'user', 'USERNAME'])('as %s is a person', (type) => {
    expect(mapped(resource(type, 'Bo')).user?.target).toEqual({ name: 'Bo', full_name: 'Bo' });
    expect(mapped(resource(type, 'Bo')).related?.user).toContain('Bo');
  });

  test.each(['testName', 'roleName', 'enduser', ''])('as %j is none', (type) => {
    expect(mapped(resource(type, 'Bo')).user?.target).toBeUndefined();
  });

  test.each([
    ['userName', 'Ana'],
    ['userEmail', 'a@x.example'],
    ['userId', '7'],
    ['userDisplayName', 'Ana (a@x.example)'],
  ])('as %s %s is who acts, and no target', (type, name) => {
    expect(mapped(resource(type, name)).user?.target).toBeUndefined();
  });

  test('is nobody where the vendor acted itself', () => {
    const own = mapped({ event: 'Test disabled', user: '', uid: null });

    expect(own).toMatchObject({
      message: 'ThousandEyes disabled a test',
      event: { action: 'test-disabled', outcome: 'success', reason: expect.stringContaining('ThousandEyes itself') },
    });
    expect(own.user).toBeUndefined();
    expect(own.tags).toBeUndefined();
    expect(mapped({ event: 'Login failed' }).event.reason).toBeUndefined();
    expect(mapped({ event: 'Something new' }).event.reason).toBeUndefined();
  });

  test('with a role is changed by it', () => {
    const roles = (event: string) =>
      mapped({
        event,
        resources: [
          { type: 'userName', name: 'Bo' },
          { type: 'roleName', name: 'Admin' },
        ],
      }).user;

    expect(roles('Role assigned to user')).toMatchObject({ target: { name: 'Bo' }, changes: { roles: ['Admin'] } });
    expect(roles('Role removed from user')).toEqual({ target: { name: 'Bo', full_name: 'Bo', roles: ['Admin'] } });
    expect(roles('User updated')).toEqual({ target: { name: 'Bo', full_name: 'Bo' } });
  });
});

describe('persons', () => {
  test.each([
    ['Ana Duarte (ana@example.com)', { name: 'ana@example.com', email: 'ana@example.com', full_name: 'Ana Duarte' }],
    ['Ana (Ops) (ana@example.com)', { name: 'ana@example.com', email: 'ana@example.com', full_name: 'Ana (Ops)' }],
    ['ana@example.com', { name: 'ana@example.com', email: 'ana@example.com' }],
    ['Ana Duarte', { name: 'Ana Duarte' }],
    ['Ana (Ops)', { name: 'Ana (Ops)' }],
    ['Ana ()', { name: 'Ana ()' }],
    ['(ana@example.com)', { name: '(ana@example.com)' }],
    ['', {}],
  ])('%j', (text, person) => {
    expect(personIn(text)).toEqual(person);
    expect(personIn(text, '7')).toEqual({ id: '7', ...person });
  });

  test.each([
    ['Ana (a@x.example)', 'Ana (a@x.example)', true],
    ['Ana (a@x.example)', 'Ana (b@x.example)', false],
    ['Ana (a@x.example)', 'Ana', true],
    ['Ana (a@x.example)', 'a@x.example', true],
    ['Ana (a@x.example)', 'Bo', false],
    ['', '', false],
  ])('%j and %j', (one, other, same) => {
    expect(isSamePerson(personIn(one), personIn(other))).toBe(same);
  });
});
