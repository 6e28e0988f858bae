import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verbLine } from '../../../functions/source-kit/acts/mapping-line.ts';
import { nameIn, plain, quoted, roleSentence, sentenceOf } from '../../../functions/source-kit/acts/sentence.ts';
import { VERBS, verbNamed, verbOf } from '../../../functions/source-kit/acts/verbs.ts';
import { ACTIONS, meaningOf } from '../../../functions/source-kit/acts/vocabulary.ts';
import { actionOf, singular } from '../../../functions/source-kit/acts/words.ts';

const update = { done: 'updated', base: 'update' };

describe('a verb', () => {
  test.each([
    ['add', 'created'],
    ['adds', 'created'],
    ['added', 'created'],
    ['modified', 'updated'],
    ['stopped', 'stopped'],
    ['begins', 'started'],
    ['swapped', 'swapped'],
    ['reset', 'reset'],
    ['constructor', undefined],
    ['toString', undefined],
    ['', undefined],
  ])('is understood in any form: %s', (word, done) => {
    expect(verbOf(word)?.done).toBe(done);
  });

  test('of the name of a command stands there as it is', () => {
    expect(verbNamed('add')?.done).toBe('created');
    expect(verbNamed('added')).toBeUndefined();
  });

  test('means one thing only', () => {
    const words = Object.values(VERBS).flatMap((dones) => Object.values(dones).flatMap((list) => list.split(' ')));
    expect(new Set(words).size).toBe(words.length);
  });
});

test.each([
  ['frobnicate', "frobnicated: 'frobnicate',"],
  ['inspect', "inspected: 'inspect',"],
  ['certify', "certified: 'certify',"],
  ['calibrated', "calibrated: 'calibrate',"],
  ['certified', "certified: 'certify',"],
  ['inspected', "inspected: 'inspect',"],
  ['</script>', "scripted: 'script',"],
  ['', "verbed: 'verb',"],
])('the line that would take the verb of %j stands in the table of verbs', (word, line) => {
  expect(verbLine(word)).toEqual({ file: 'functions/source-kit/acts/verbs.ts', line });
});

describe('an action', () => {
  test.each([
    [['launchpad'], 'launchpad-updated'],
    [['usage', 'limits'], 'usage-limit-updated'],
    [['user', 'preferences'], 'user-preferences-updated'],
    [['policies'], 'policy-updated'],
    [['access'], 'access-updated'],
    [['status'], 'status-updated'],
    [['boxes'], 'box-updated'],
    [['password'], 'user-password-updated'],
    [[], 'thing-updated'],
  ])('of %j', (thing, action) => {
    expect(actionOf(thing, 'updated')).toBe(action);
  });

  test('is one word of at most 100 whole characters, whatever the vendor’s words are', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (thing) => {
        const action = actionOf(thing, 'updated');
        expect([...action].length).toBeLessThanOrEqual(100);
        expect(action.isWellFormed()).toBe(true);
        expect(action.endsWith('-updated')).toBe(true);
      }),
    );
  });

  test('in the singular keeps words that have none', () => {
    expect(['settings', 'bindings', 'analysis', 'bus', 'ass', 'batches'].map(singular)).toEqual([
      'settings',
      'bindings',
      'analysis',
      'bus',
      'ass',
      'batch',
    ]);
  });
});

describe('a sentence', () => {
  test.each([
    [{ actor: 'Li Wei', thing: ['launchpad'] }, 'Li Wei updated a launchpad'],
    [{ actor: undefined, thing: ['launchpad'] }, 'A launchpad was updated'],
    [{ actor: 'Li Wei', thing: ['user'] }, 'Li Wei updated a user'],
    [{ actor: 'Li Wei', thing: ['api', 'key'] }, 'Li Wei updated an API key'],
    [{ actor: 'Li Wei', thing: ['usage', 'limits'] }, 'Li Wei updated a usage limit'],
    [{ actor: undefined, thing: ['account', 'settings'] }, 'Account settings were updated'],
    [{ actor: 'Li Wei', thing: ['support', 'access'] }, 'Li Wei updated support access'],
    [{ actor: 'Li Wei', thing: [] }, 'Li Wei updated something'],
    [{ actor: 'Li Wei', thing: ['group'], name: 'Board' }, 'Li Wei updated the group “Board”'],
    [{ actor: undefined, thing: ['group'], name: 'Board' }, 'The group “Board” was updated'],
    [{ actor: 'Li Wei', thing: ['group'], name: '\u202e\u0000' }, 'Li Wei updated a group'],
    [{ actor: 'Li Wei', thing: ['user'], isOwn: true }, 'Li Wei updated their own user'],
    [{ actor: 'Li Wei', thing: ['video', 'owner'], name: 'Q1', isPart: true }, 'Li Wei updated a video owner of “Q1”'],
    [{ actor: 'Li Wei', thing: ['group'], failed: true }, 'Li Wei failed to update a group'],
    [{ actor: undefined, thing: ['group'], failed: true }, 'A group could not be updated'],
  ])('of %j', (told, sentence) => {
    expect(sentenceOf({ ...told, verb: update })).toBe(sentence);
  });

  test.each([
    ['added', 'Li Wei added a group member to “Board”'],
    ['removed', 'Li Wei removed a group member from “Board”'],
  ])('says where a part is %s', (done, sentence) => {
    const verb = { done, base: done };
    const thing = ['group', 'member'];
    expect(sentenceOf({ actor: 'Li Wei', verb, thing, name: 'Board', isPart: true })).toBe(sentence);
  });

  test.each([
    [{ person: 'Bo Berg' }, 'assigned', 'Ana gave a role to Bo Berg', 'Bo Berg was given a role'],
    [{}, 'removed', 'Ana took a role from a user', 'A role was taken from a user'],
    [
      { what: 'permission' },
      'updated',
      'Ana changed the permissions of a user',
      'The permissions of a user were changed',
    ],
  ] as const)('about a role of %j that was %s', (about, change, sentence, passive) => {
    expect(roleSentence('Ana', change, about)).toBe(sentence);
    expect(roleSentence(undefined, change, about)).toBe(passive);
  });

  test('shows a vendor’s text on one line, without anything hidden, and not endless', () => {
    expect(plain('a\r\nb\u2028c\u202ed\u001b[31m')).toBe('a b c d [31m');
    expect(plain('x'.repeat(500))).toHaveLength(200);
    expect(plain('👩🏽‍💻 Zoë')).toBe('👩🏽‍💻 Zoë');
    expect(quoted(' \u200b ')).toBeUndefined();
    expect(nameIn({ name: '\u0000' })).toBeUndefined();
    expect(nameIn(undefined)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = plain(text);
        expect(shown.length).toBeLessThanOrEqual(200);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('the vocabulary', () => {
  test('is in lower case with dashes', () => {
    for (const action of Object.keys(ACTIONS)) expect(action).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });

  test.each([
    ['report-created', ['configuration'], ['creation'], 'A report was created'],
    ['api-token-revoked', ['iam'], ['deletion', 'user'], 'An API token was revoked'],
    ['user-create-failed', ['iam'], ['creation', 'user'], 'A user could not be created'],
    ['server-restarted', ['host'], ['change'], 'A server was restarted'],
    ['backup-started', ['configuration'], ['change'], 'A backup was started'],
    ['video-access-set-to-public', ['configuration', 'file'], ['change'], 'Video access was set to public'],
    ['role-assigned', ['iam'], ['change', 'user'], 'A user was given a role'],
  ])('knows %s', (action, category, type, means) => {
    expect(meaningOf(action)).toEqual({ category, type, means });
  });

  test.each(['launchpad', 'created', '-created', 'launchpad-frobnicated', 'a-failed', 'constructor', ''])(
    'does not know %j',
    (action) => {
      expect(meaningOf(action)).toBeUndefined();
    },
  );
});
