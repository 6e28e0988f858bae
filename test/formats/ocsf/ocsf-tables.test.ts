import { expect, test } from 'vitest';
import { OCSF_VERSIONS } from '../../../functions/core/model.ts';
import { compact, differences, type Flattened } from '../../../tools/ocsf-tables/compact.ts';
import { TABLES } from './ocsf-tables.ts';

const text = { type: 'string_t', requirement: 'optional' };
const object = (name: string, more: object = {}) => ({
  type: 'object_t',
  object_type: name,
  requirement: 'optional',
  ...more,
});
const shape = (caption: string, attributes: object, more: object = {}) => ({
  caption,
  constraints: null,
  deprecated: null,
  attributes,
  ...more,
});

const FLATTENED = {
  classes: {
    account_change: shape(
      'Account Change',
      {
        user: { type: 'user', requirement: 'required' },
        type_uid: { type: 'long_t', requirement: 'required', enum: { 300100: 'Account Change: Unknown' } },
        activity_id: { type: 'integer_t', requirement: 'required', enum: { 0: 'Unknown', 1: 'Create' } },
      },
      { class_uid: 3001, constraints: { at_least_one: ['user'], just_one: ['activity_id'] } },
    ),
    unused: shape('Unused', { far: { type: 'far', requirement: 'optional' } }, { class_uid: 9999 }),
  },
  objects: {
    user: shape('User', {
      groups: object('group', { is_array: true, profiles: ['cloud', 'host'] }),
      old: { ...text, deprecated: { since: '1.0.0' } },
      kind: { type: 'integer_t', requirement: 'optional', enum: { 1: 'A b', 2: 'C' }, enum_deprecated: ['2'] },
    }),
    group: shape('Group', { owner: object('user') }, { deprecated: {} }),
    device: shape('Device', { name: text }),
    far: shape('Far', {}),
  },
  types: { string_t: { max_len: 3 } },
  siblings: { activity_id: 'activity_name' },
  profiles: {
    host: {
      attributes: {},
      classes: { account_change: { device: object('device') }, unused: { device: object('far') } },
    },
  },
} as unknown as Flattened;

test('the flattened tables become texts, of the used classes and all that is reached from them', () => {
  expect(compact(FLATTENED)).toEqual({
    classes: {
      3001: {
        caption: 'Account Change',
        atLeastOne: ['user'],
        justOne: ['activity_id'],
        attributes: { activity_id: 'integer_t!=0 Unknown|1 Create', type_uid: 'long_t!', user: 'user!' },
      },
    },
    objects: {
      device: { caption: 'Device', attributes: { name: 'string_t' } },
      group: { caption: 'Group', deprecated: true, attributes: { owner: 'user' } },
      user: {
        caption: 'User',
        attributes: { groups: 'group[]@cloud@host', kind: 'integer_t=1 A b|2~ C', old: 'string_t~' },
      },
    },
    profiles: { host: { 3001: { device: 'device' } } },
    types: { string_t: { max_len: 3 } },
    siblings: { activity_id: 'activity_name' },
  });
});

test('a version says only what differs', () => {
  const before = compact(FLATTENED);
  const now = { ...before, types: {}, siblings: { ...before.siblings, type_id: 'type' } };

  expect(differences(now, before)).toEqual({
    classes: {},
    objects: {},
    profiles: {},
    types: { string_t: null },
    siblings: { type_id: 'type' },
  });
});

test('the tables of each version are whole', () => {
  for (const version of OCSF_VERSIONS) {
    const { classes, objects, profiles, types } = TABLES[version];
    expect([...classes.keys()]).toEqual([0, 3001, 3002, 3004, 3006, 6001]);
    const shapes = [...classes.values(), ...objects.values()].map(({ attributes }) => attributes);
    const added = [...profiles.values()].flatMap((by) => [...by.values()]);
    const unknown = [...shapes, ...added].flatMap((attributes) =>
      [...attributes.values()].filter(({ type }) => !objects.has(type) && !types.has(type)).map(({ type }) => type),
    );
    // What lies more than three steps away from a class is in no table; no event of Tidemark goes so far.
    expect(unknown.length).toBeLessThan(40);
    for (const name of ['user', 'metadata', 'fingerprint', 'account', 'object']) expect(objects.has(name)).toBe(true);
  }
  expect(TABLES['1.3.0'].types.get('string_t')?.max_len).toBe(65_535);
  expect(TABLES['1.8.0'].types.get('string_t')?.max_len).toBeUndefined();
});
