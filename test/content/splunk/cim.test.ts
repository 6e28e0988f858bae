import { describe, expect, test } from 'vitest';
import { GOLDEN_EVENTS } from '../../formats/golden-events.ts';
import { addOnFile, readConf, splunkFields } from './conf-reader.ts';
import { readEval } from './eval-reader.ts';
import { type Fields, readSearch } from './search-reader.ts';

// Every golden event, as Splunk would see it with the settings of the add-on.

/** The fields that a data model requires, with the values that it knows. Of pytest-splunk-addon 7.0.5, which Splunk tests add-ons with. */
const AUTHENTICATION = {
  action: ['success', 'failure', 'pending', 'error'],
  ...anything('app', 'dest', 'src', 'user'),
};
const CHANGE = {
  action: [
    'created',
    'deleted',
    'acl_modified',
    'cleared',
    'modified',
    'read',
    'stopped',
    'started',
    'restarted',
    'updated',
  ],
  status: ['success', 'failure'],
  ...anything('change_type', 'command', 'dest', 'dvc', 'object', 'object_attrs', 'object_category', 'object_id'),
  ...anything('src', 'user', 'vendor_product'),
};
/** The data models' own searches leave out files: they belong to another one. */
const OTHER_MODELS = ['file', 'directory', 'registry'];

const PROPS = readConf(addOnFile('default/props.conf'));
const EVENT_TYPES = new Map(
  Object.entries(readConf(addOnFile('default/eventtypes.conf'))).map(([name, { search = '' }]) => [
    name,
    readSearch(search),
  ]),
);
const TAGS = readConf(addOnFile('default/tags.conf'));

/** Expressions by their texts. */
const expressions = new Map<string, ReturnType<typeof readEval>>();

const EVENTS = GOLDEN_EVENTS.flatMap(([, events]) => events).map((event) => {
  const sourcetype = `tidemark:${event.event.module}:ecs`;
  return { event, fields: withProps(sourcetype, { sourcetype: [sourcetype], ...splunkFields(event) }) };
});

describe.each([
  ['tidemark_authentication', AUTHENTICATION, ['authentication']],
  ['tidemark_change', CHANGE, ['change']],
  ['tidemark_account_change', { ...CHANGE, ...anything('src_user'), object_category: ['user'] }, ['change', 'account']],
] as const)('events of the type %s', (type, required, tags) => {
  const claimed = EVENTS.filter(({ fields }) => EVENT_TYPES.get(type)?.(fields));

  test('have the tags of the data model', () => {
    expect(TAGS[`eventtype=${type}`]).toEqual(Object.fromEntries(tags.map((tag) => [tag, 'enabled'])));
    expect(claimed.length).toBeGreaterThan(30);
  });

  test('have every required field, with a value that the data model knows', () => {
    const wrong = claimed.flatMap(({ event, fields }) =>
      Object.entries(required).flatMap(([name, values]: [string, readonly string[]]) => {
        const found = fields[name] ?? [];
        const isRight =
          found.length > 0 && found.every((one) => one !== '' && (values.length === 0 || values.includes(one)));
        return isRight ? [] : [`${event.event.action}: ${name} is ${JSON.stringify(found)}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe('what an event type claims', () => {
  const typesOf = (fields: Fields) => [...EVENT_TYPES].filter(([, search]) => search(fields)).map(([name]) => name);

  test('is all sign-ins with an outcome, all changes, and nothing else', () => {
    for (const { event, fields } of EVENTS) {
      const { kind, category = [], type = [], outcome } = event.event;
      const isSignIn = category.includes('authentication') && type.includes('start') && outcome !== 'unknown';
      const isChange =
        category.some((one) => !['authentication', 'session'].includes(one)) &&
        (['creation', 'deletion', 'change'].some((one) => type.includes(one)) ||
          (category.includes('host') && ['start', 'end'].some((one) => type.includes(one))));
      const found = typesOf(fields);
      expect(found.includes('tidemark_authentication'), event.message).toBe(kind === 'event' && isSignIn);
      expect(found.includes('tidemark_change'), event.message).toBe(kind === 'event' && isChange);
      expect(found.includes('tidemark_self'), event.message).toBe(event.event.module === 'tidemark');
      if (found.includes('tidemark_account_change')) expect(found).toContain('tidemark_change');
    }
  });

  test('are no changes that the data model leaves to others', () => {
    const claimed = EVENTS.filter(({ fields }) => EVENT_TYPES.get('tidemark_change')?.(fields));
    expect(claimed.filter(({ fields }) => OTHER_MODELS.includes(fields.object_category?.[0] ?? ''))).toEqual([]);
  });
});

describe('a field', () => {
  const account = {
    event: { action: 'role-assigned', category: ['iam'], type: ['change', 'user'], outcome: 'unknown' },
  };
  const props = (event: object) => withProps('tidemark:ecs', splunkFields(event));

  test('event_id is the indexed one, if there is one, and otherwise that of the event', () => {
    expect(props({ event: { id: 'a' } }).event_id).toEqual(['a']);
    expect(props({ event: { id: 'a' }, event_id: 'a' }).event_id).toEqual(['a']);
  });

  test('user of an account change is who was changed, and src_user who did it', () => {
    const both = { ...account, user: { name: 'ada' }, 'user.target': { name: 'bob' } };
    expect(props(both)).toMatchObject({ user: ['bob'], src_user: ['ada'], object: ['bob'] });
  });

  test('user of an account change is unknown, and not who did it, if the vendor does not tell', () => {
    expect(props({ ...account, user: { name: 'ada' } })).toMatchObject({ user: ['unknown'], src_user: ['ada'] });
  });

  test('user is the owner of a token', () => {
    const token = { event: { ...account.event, action: 'api-token-created' }, user: { name: 'ada' } };
    expect(props(token)).toMatchObject({ user: ['ada'], src_user: ['ada'] });
  });

  test('status says failure only where the vendor does, and result says what is not known', () => {
    expect(props(account)).toMatchObject({ status: ['success'], result: ['not told by the vendor'] });
    expect(props({ event: { outcome: 'failure', reason: 'locked' } })).toMatchObject({
      status: ['failure'],
      result: ['locked'],
    });
  });
});

/** The event with the fields that `props.conf` adds: aliases first, then expressions, which do not see each other, then lookups. */
function withProps(sourcetype: string, extracted: Fields): Fields {
  const settings = Object.entries(PROPS[sourcetype] ?? {});
  const fields = { ...extracted };
  for (const [key, value] of settings) {
    if (!key.startsWith('FIELDALIAS-')) continue;
    for (const { groups } of value.matchAll(/"(?<from>[^"]+)" (?<how>AS|ASNEW) (?<to>\w+)/g)) {
      const { from = '', how, to = '' } = groups ?? {};
      if (how === 'ASNEW' && fields[to] !== undefined) continue;
      const found = fields[from];
      if (found) fields[to] = found;
    }
  }
  const evals = settings.filter(([key]) => key.startsWith('EVAL-'));
  const made = evals.map(([key, text]) => [key.slice('EVAL-'.length), expressionOf(text)(fields)] as const);
  for (const [name, value] of made) {
    if (value === null) delete fields[name];
    else fields[name] = [value].flat().map(String);
  }
  return fields;
}

function expressionOf(text: string): ReturnType<typeof readEval> {
  const known = expressions.get(text) ?? readEval(text);
  expressions.set(text, known);
  return known;
}

function anything(...names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, []]));
}
