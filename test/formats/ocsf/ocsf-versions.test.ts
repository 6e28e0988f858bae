import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { OCSF_VERSIONS, type OcsfVersion } from '../../../functions/core/model.ts';
import { CLASS_RULES } from '../../../functions/formats/ocsf/class.ts';
import { ocsfLine } from '../../../functions/formats/ocsf/ocsf.ts';
import { ADDITIONS } from '../../../functions/formats/ocsf/versions.ts';
import { shorten } from '../../../functions/formats/shorten.ts';
import { ana, bruno, eventWith, type Loose, ocsf } from './ocsf-events.ts';
import { ocsfComplaints } from './ocsf-reader.ts';
import { TABLES } from './ocsf-tables.ts';

const CHANGE = { category: ['iam'], type: ['change', 'user'], outcome: 'success' };
const GROUP = { category: ['iam'], type: ['change', 'group'] };
const SIGN_IN = { category: ['authentication'], type: ['start'] };
const BOTH = { user: { ...ana, target: bruno } };

/** The event in each version, judged by that version's tables. */
function inEach(about: object, fields: object = {}): Loose[] {
  return OCSF_VERSIONS.map((version) => {
    const event = ocsf(about as Record<string, unknown>, fields as Record<string, unknown>, version);
    expect(ocsfComplaints(event, version)).toEqual([]);
    expect(event.metadata.version).toBe(version);
    return event;
  });
}

describe('the activity', () => {
  test.each([
    ['an unlocked user', { ...CHANGE, action: 'user-unlocked' }, ['Enable', 'Unlock', 'Unlock']],
    ['a locked user', { ...CHANGE, action: 'user-locked' }, ['Lock', 'Lock', 'Lock']],
    ['another user to act as', { ...SIGN_IN, action: 'user-impersonated' }, ['Other', 'Other', 'Account Switch']],
    ['a user who is impersonated', { ...CHANGE, action: 'user-impersonated' }, ['Other', 'Other', 'Account Switch']],
    ['another account to act in', { ...SIGN_IN, action: 'account-switched' }, ['Other', 'Other', 'Account Switch']],
    ['a login', { ...SIGN_IN, action: 'user-login' }, ['Logon', 'Logon', 'Logon']],
    ['a subgroup', { ...GROUP, action: 'group-subgroup-added' }, ['Other', 'Other', 'Add Subgroup']],
    ['a subgroup less', { ...GROUP, action: 'group-subgroup-removed' }, ['Other', 'Other', 'Remove Subgroup']],
  ])('of %s is one that the version has', (_name, about, activities) => {
    const names = inEach(about, BOTH).map(({ type_name }) => type_name.split(': ')[1]);

    expect(names).toEqual(activities);
  });

  test('has since when in the tables', () => {
    for (const { becomes, activities } of CLASS_RULES) {
      for (const { activity = 99, since = '1.3.0' } of activities) {
        const having = OCSF_VERSIONS.filter((version) =>
          TABLES[version].classes.get(becomes.uid)?.attributes.get('activity_id')?.captions?.has(activity),
        );
        expect(having[0], `${becomes.caption} ${activity}`).toBe(since);
      }
    }
  });

  test('of an account switch names who switches, and as whom they go on', () => {
    const about = { ...SIGN_IN, action: 'user-impersonated' };
    const user = { ...ana, effective: { name: 'root' } };

    const [, , switched] = inEach(about, { user });
    const [first, , impersonated] = inEach({ ...CHANGE, action: 'user-impersonated' }, BOTH);
    const [, , nobody] = inEach(about);

    expect(switched).toMatchObject({ actor: { user: { uid: ana.id } }, user: { name: 'root' } });
    expect(switched).toMatchObject({ account_switch_type: 'Unknown', account_switch_type_id: 0 });
    expect(first).toMatchObject({ class_uid: 3002, activity_name: 'user-impersonated', user: { name: bruno.name } });
    expect(impersonated).toMatchObject({ actor: { user: { uid: ana.id } }, user: { name: bruno.name } });
    expect(nobody).toMatchObject({ actor: { user: { uid: ana.id } }, user: { name: 'unknown' } });
  });
});

describe('the raw data', () => {
  test('has a size and a hash of its bytes, where the version has them', () => {
    const original = '{"who":"Zoë 😀"}';

    const [first, second, third] = inEach({ ...SIGN_IN, original });

    expect(first).not.toHaveProperty('raw_data_size');
    expect(second).toMatchObject({ raw_data: original, raw_data_size: 19 });
    expect(second).not.toHaveProperty('raw_data_hash');
    expect(third).toMatchObject({ raw_data_size: 19 });
    expect(third.raw_data_hash).toEqual({
      algorithm: 'SHA-256',
      algorithm_id: 3,
      value: hash('sha256', Buffer.from(original), 'hex'),
    });
  });

  test('is described as it is written: without half a surrogate pair, and short in a shortened event', () => {
    inEach({ ...SIGN_IN, original: 'a\ud800b' });
    const event = shorten(eventWith({ ...SIGN_IN, original: 'x'.repeat(200_000) }));

    for (const version of OCSF_VERSIONS) {
      const written = JSON.parse(ocsfLine(event, version));
      expect(ocsfComplaints(written, version)).toEqual([]);
      expect(written.metadata.is_truncated).toBe(version === '1.8.0' ? true : undefined);
    }
  });

  test('is cut only where texts have a limit', () => {
    const original = 'é'.repeat(70_000);

    const events = inEach({ ...SIGN_IN, original });

    expect(events.map(({ raw_data }) => raw_data.length)).toEqual([65_535, 70_000, 70_000]);
    expect(events.map(({ unmapped }) => unmapped.event.original?.length)).toEqual([70_000, undefined, undefined]);
  });

  test('of our own events is missing, and so is what describes it', () => {
    for (const event of inEach({ original: undefined })) {
      expect(Object.keys(event).filter((key) => key.startsWith('raw_data'))).toEqual([]);
    }
  });
});

describe('who and what', () => {
  test('the profile host is used where the class lacks what it adds', () => {
    const profilesOf = (about: object, fields?: object) =>
      inEach(about, fields).map(({ metadata }) => metadata.profiles);
    const host = { host: { id: 'h1' } };
    const used = ['host'];
    const nobody = { user: undefined };

    expect(profilesOf(CHANGE)).toEqual([undefined, undefined, undefined]);
    expect(profilesOf(CHANGE, host)).toEqual([used, used, used]);
    expect(profilesOf(GROUP)).toEqual([used, undefined, undefined]);
    expect(profilesOf({ category: ['configuration'], type: ['change'] })).toEqual([used, undefined, undefined]);
    expect(profilesOf({ category: ['file'], type: ['change'] })).toEqual([used, used, used]);
    expect(profilesOf({ kind: 'state' })).toEqual([undefined, used, used]);
    expect(profilesOf({ kind: 'state' }, nobody)).toEqual([undefined, undefined, undefined]);
  });

  test('a Base Event has its actor and its device as soon as it can', () => {
    const [first, ...later] = inEach({ kind: 'state' }, { host: { id: 'h1' }, source: { ip: '198.51.100.23' } });

    expect(first.unmapped).toMatchObject({ user: ana, host: { id: 'h1' } });
    for (const event of later) {
      expect(event).toMatchObject({ actor: { user: { uid: ana.id } }, device: { uid: 'h1' } });
      expect(event.unmapped).toMatchObject({ source: { ip: '198.51.100.23' } });
    }
  });

  test('a group of which no user is known has one only where it is required, and nobody finds that one', () => {
    const events = inEach(GROUP);

    expect(events.map(({ user }) => user?.name)).toEqual(['unknown', undefined, undefined]);
    for (const { observables } of events)
      expect(observables.map(({ name }: Loose) => name)).toEqual(['actor.user.name', 'actor.user.email_addr']);
  });

  test('a user who is really called unknown is found', () => {
    const [{ observables }] = inEach(SIGN_IN, { user: { name: 'unknown' } }) as [Loose];

    expect(observables).toMatchObject([{ name: 'actor.user.name', value: 'unknown' }]);
  });

  test('users have a name for display', () => {
    const names = inEach(CHANGE).map(({ actor }) => actor.user.display_name);

    expect(names).toEqual([undefined, ana.full_name, ana.full_name]);
  });

  test.each([
    ['user-locked', { is_locked: true }],
    ['user-unlocked', { is_locked: false }],
    ['user-disabled', { is_disabled: true }],
    ['user-enabled', { is_disabled: false }],
  ])('after %s the state of the account is known', (action, state) => {
    const results = inEach({ ...CHANGE, action }, BOTH).map(({ user_result }) => user_result);
    const [, , third] = inEach({ ...CHANGE, action }, { user: { ...BOTH.user, changes: { email: 'b@example.com' } } });

    expect(results).toEqual([undefined, undefined, { name: bruno.name, account: { name: bruno.name, ...state } }]);
    expect(third.user_result).toMatchObject({ name: 'b@example.com', account: { name: bruno.name, ...state } });
  });

  test.each([
    ['failed', { ...CHANGE, action: 'user-locked', outcome: 'failure' }],
    ['may have failed', { ...CHANGE, action: 'user-locked', outcome: 'unknown' }],
    ['was another one', { ...CHANGE, action: 'user-updated' }],
    ['took a factor: there may be others', { ...CHANGE, action: 'mfa-disabled' }],
  ])('of a change that %s no state follows', (_name, about) => {
    expect(inEach(about, BOTH).map(({ user_result }) => user_result)).toEqual([undefined, undefined, undefined]);
  });

  test('after a factor was enabled the user has several', () => {
    const results = inEach({ ...CHANGE, action: 'mfa-enabled' }, BOTH).map(({ user_result }) => user_result);

    expect(results).toEqual([undefined, { name: bruno.name, has_mfa: true }, { name: bruno.name, has_mfa: true }]);
  });
});

test('what a version has is said once, and by the tables', () => {
  const has = (version: OcsfVersion, object: string, name: string) =>
    TABLES[version].objects.get(object)?.attributes.has(name) ?? false;
  const inClass = (version: OcsfVersion, name: string) => TABLES[version].classes.get(0)?.attributes.has(name) ?? false;
  const first = (has: (version: OcsfVersion) => boolean) => OCSF_VERSIONS.find(has);

  expect({
    hasRawDataSize: first((version) => inClass(version, 'raw_data_size')),
    hasLongTexts: first((version) => TABLES[version].types.get('string_t')?.max_len === undefined),
    hasHostInBaseEvent: first((version) => TABLES[version].profiles.get('host')?.has(0) ?? false),
    hasGroupsAlone: first((version) => TABLES[version].classes.get(3006)?.atLeastOne === undefined),
    hasDisplayName: first((version) => has(version, 'user', 'display_name')),
    hasMfaOfUsers: first((version) => has(version, 'user', 'has_mfa')),
    hasAccountState: first((version) => has(version, 'account', 'is_locked')),
    hasRawDataHash: first((version) => inClass(version, 'raw_data_hash')),
    hasTruncation: first((version) => has(version, 'metadata', 'is_truncated')),
  }).toEqual(Object.fromEntries(Object.entries(ADDITIONS).map(([name, { since }]) => [name, since])));
});
