import { describe, expect, test } from 'vitest';
import { findSources } from '../lib/plan/find-sources.ts';
import { ecsComplaints } from './ecs-reader.ts';

const SOURCES = (await findSources()).map(({ id }) => id);

/** A well-formed event with some fields on top. */
function eventWith(fields: Record<string, unknown>): Record<string, unknown> {
  return { '@timestamp': '2026-01-10T09:00:00.000Z', ecs: { version: '9.4.0' }, ...fields };
}

describe('what ECS knows passes', () => {
  test.each([
    ['the least', {}],
    [
      'texts, lists and nested users',
      {
        message: 'x',
        tags: ['a'],
        user: { name: 'a', roles: ['r'], target: { name: 'b' } },
        related: { user: ['a', 'b'] },
      },
    ],
    [
      'categories with the types they expect',
      { event: { category: ['iam', 'configuration'], type: ['creation', 'user', 'access'], outcome: 'success' } },
    ],
    ['types without a category', { event: { type: ['info'] } }],
    [
      'numbers and times',
      { event: { severity: 3, duration: 5_000_000_000, risk_score: 1.5, created: '2026-01-10T09:00:00.123456Z' } },
    ],
    [
      'addresses of both kinds',
      {
        source: { ip: '2001:db8::1', address: 'x', geo: { city_name: 'Bonn', location: { lat: 1, lon: 2 } } },
        related: { ip: ['192.0.2.1'] },
      },
    ],
    ['labels', { labels: { a: 'b' } }],
    ['objects in lists', { dns: { answers: [{ name: 'a', ttl: 5 }] } }],
    [
      'anything in namespaces of our own',
      { ...Object.fromEntries(SOURCES.map((id) => [id, { a: [{ 'b.c': null }] }])), tidemark: { feed: 'f' } },
    ],
  ])('%s', (_name, fields) => {
    expect(ecsComplaints(eventWith(fields))).toEqual([]);
  });
});

describe('what ECS does not know is refused', () => {
  test.each([
    ['an unknown root', { vendor: { a: 1 } }, 'vendor is not an ECS field'],
    ['an unknown field', { user: { login: 'a' } }, 'user.login is not an ECS field'],
    ['a field below a field', { message: { text: 'a' } }, 'message is not of type match_only_text'],
    ['a multi-field as a field', { user: { name: { text: 'a' } } }, 'user.name is not of type keyword'],
    [
      'a user at a place where none may be',
      { source: { user: { target: { name: 'a' } } } },
      'source.user.target is not an ECS field',
    ],
    ['a dotted name', { 'event.kind': 'event' }, 'event.kind is written with a dot'],
    ['a name of every object', { user: { constructor: 'a' } }, 'user.constructor is not an ECS field'],
    ['a text in place of an object', { user: 'ana' }, 'user is not an object'],
    ['a list of objects where one belongs', { user: [{ name: 'a' }] }, 'user is not an object'],
    ['an empty object', { user: {} }, 'user is empty'],
    ['null', { user: { name: null } }, 'user.name is not of type keyword'],
    ['a number as a keyword', { user: { id: 5 } }, 'user.id is not of type keyword'],
    ['half a surrogate pair', { message: 'a\ud800' }, 'message is not of type match_only_text'],
    ['a network as an address', { source: { ip: '192.0.2.0/24' } }, 'source.ip is not of type ip'],
    ['an address with a zone', { source: { ip: 'fe80::1%eth0' } }, 'source.ip is not of type ip'],
    ['a word among addresses', { related: { ip: ['192.0.2.1', 'x'] } }, 'related.ip is not of type ip'],
    ['a number as a time', { event: { created: 1768035600000 } }, 'event.created is not of type date'],
    ['a day that does not exist', { event: { created: '2026-13-10T09:00:00Z' } }, 'event.created is not of type date'],
    ['a time without a zone', { event: { created: '2026-01-10T09:00:00' } }, 'event.created is not of type date'],
    ['a text as a number', { event: { severity: '3' } }, 'event.severity is not of type long'],
    ['a number that JSON readers round', { event: { severity: 2 ** 60 } }, 'event.severity is not of type long'],
    ['infinity', { event: { risk_score: Infinity } }, 'event.risk_score is not of type float'],
    ['a single value for a list', { event: { category: 'iam' } }, 'event.category is not a list'],
    ['a list for a single value', { user: { name: ['a'] } }, 'user.name is a list'],
    ['an empty list', { tags: [] }, 'tags is an empty list'],
    ['a word that is not allowed', { event: { outcome: 'ok' } }, 'event.outcome may not be ok'],
    ['a category that does not exist', { event: { category: ['audit'] } }, 'event.category may not be audit'],
    [
      'a type that its category does not expect',
      { event: { category: ['authentication'], type: ['denied'] } },
      'event.type denied is not expected of authentication',
    ],
    ['labels that are no texts', { labels: { a: 1 } }, 'labels holds what is not of type keyword'],
    ['a namespace of our own that is no object', { tidemark: 'x' }, 'tidemark is not an object'],
    ['a missing time', { '@timestamp': undefined }, '@timestamp is missing'],
    ['a missing version', { ecs: undefined }, 'ecs.version is missing'],
    ['another version', { ecs: { version: '8.17.0' } }, 'ecs.version is not 9.4.0'],
  ])('%s', (_name, fields, complaint) => {
    expect(ecsComplaints(eventWith(fields))).toContain(complaint);
  });

  test.each([[null], ['x'], [[]]])('%j is no event', (event) => {
    expect(ecsComplaints(event)).toEqual(['the event is not an object']);
  });
});
