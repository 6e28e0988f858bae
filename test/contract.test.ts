import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { type ConfiguredConnection, parseConnection } from '../functions/core/config/connection.ts';
import { UnreadableError } from '../functions/core/errors.ts';
import { eventId, rowKey } from '../functions/core/events/identity.ts';
import { memberTexts } from '../functions/core/events/json/large-json-rows.ts';
import {
  type Answer,
  type AnyStream,
  type Change,
  type Feed,
  type Identity,
  isSnapshot,
  type Page,
  type Request,
  type RequestBody,
  type Row,
  type Source,
  type Stream,
} from '../functions/core/model.ts';
import { judge } from '../functions/core/requests/judge.ts';
import { DAY, HOUR, type Instant, parseInstant, type Range, SECOND } from '../functions/core/time.ts';
import { findSources, handlerOf, rotateHandlerOf } from '../lib/plan/find-sources.ts';
import { findSimulator } from '../simulators/find-simulator.ts';
import { type GoldenCase, goldenCases } from '../tools/golden.ts';
import { seededRandom } from './memory/random.ts';

// The same questions to every source and stream there is. A new vendor's folder gets its tests from here.

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NOW = parseInstant('2026-01-10T10:00:00Z') as Instant;
const ASKED: Request = { url: '/anything?from=2026-01-10T09:00:00Z' };
const FOUND = '0d9c2f53-6f0b-4c52-8a77-51b0a4c1e901';
const SECRET_NAME = 'tidemark/secret-of-acme';
const sources = await findSources();
const cases = new Map(sources.map((source) => [source.id, goldenCases(source)]));
const all = sources.flatMap((source) =>
  source.streams.map((stream) => [`${source.id}/${stream.name}`, source, stream] as const),
);
const streams = all.flatMap(([name, source, stream]) => (isSnapshot(stream) ? [] : [[name, source, stream] as const]));
const snapshots = all.flatMap(([name, source, stream]) =>
  isSnapshot(stream) ? [[name, source, stream] as const] : [],
);

/** A connection about which all lookups have found out something: ids are texts. */
function connectionOf(source: Source, settings: Record<string, unknown> = {}): ConfiguredConnection {
  const origin = source.origin ?? 'https://acme.example.com';
  const connection = parseConnection(source, { id: 'acme', source: source.id, origin, secret: SECRET_NAME, settings });
  return { ...connection, found: Object.fromEntries((source.lookups ?? []).map(({ name }) => [name, FOUND])) };
}

/** The same record with the keys of every object in it in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

/** The names of the headers that a source looks at, whatever the answer: a new vendor's quota headers are among them. */
function headersReadBy(source: Source): string[] {
  const names = new Set(['retry-after', 'date']);
  for (const value of [undefined, '1']) {
    const headers = new Proxy<Record<string, string>>(
      {},
      {
        get(_, name) {
          names.add(String(name));
          return value as string;
        },
      },
    );
    for (const status of [200, 400, 401, 403, 429, 503]) {
      const answer = { status, headers, text: '' };
      judge(source, answer, NOW, ASKED);
      source.quota?.(answer, NOW);
    }
  }
  return [...names];
}

function casesOf(source: Source, stream: AnyStream): GoldenCase[] {
  return (cases.get(source.id) ?? []).filter(({ feed }) => feed.stream.name === stream.name);
}

function answerOf({ answer, headers }: Pick<GoldenCase, 'answer' | 'headers'>): Answer {
  return { status: 200, headers, text: answer };
}

function rowsOf(source: Source, stream: Stream): readonly Row[] {
  const asked = stream.first({ from: NOW - HOUR, to: NOW }, connectionOf(source));
  return casesOf(source, stream).flatMap((golden) => stream.read(answerOf(golden), asked).rows);
}

function rowOf(value: unknown): Row {
  return { value, text: JSON.stringify(value) };
}

/** All times that a question holds: RFC 3339, or seconds, milliseconds or microseconds since 1970. */
function timesIn({ url, body }: Request): Instant[] {
  const texts = [...new URL(url, 'https://vendor.invalid').searchParams.values(), ...(body ? valuesIn(body) : [])];
  return texts.flatMap((text) => {
    const parsed = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
    if (parsed !== undefined) return [parsed];
    if (!/^\d{10,16}$/.test(text)) return [];
    const unit = [SECOND, 1_000, 1].find((size) => Math.abs(Number(text) * size - NOW) < 800 * DAY);
    return unit === undefined ? [] : [Number(text) * unit];
  });
}

/** The values in a body: those of a form, or the texts and numbers of a JSON document. */
function valuesIn({ contentType, text }: RequestBody): string[] {
  if (!contentType.includes('json')) return [...new URLSearchParams(text).values()];
  const values: string[] = [];
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') values.push(String(value));
    return value;
  });
  return values;
}

/** What a read gives, or that it cannot be read; anything else that is thrown is a mistake. */
function readOrNot(stream: Stream, answer: Answer, asked: Request): Page | 'unreadable' {
  try {
    return stream.read(answer, asked);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UnreadableError);
    expectReadable((thrown as Error).message);
    return 'unreadable';
  }
}

/** One line of some words, which a person can make something of. */
function expectReadable(message: string): void {
  expect(message).toMatch(/^[^\p{Cc}]{10,600}$/u);
  expect(message).toMatch(/\w+ \w+/);
}

function expectPage(page: Page): void {
  expect(Array.isArray(page.rows)).toBe(true);
  for (const row of page.rows) expect(typeof row.text).toBe('string');
  if (page.next) expect(page.next.url).not.toBe('');
  if (page.answeredTo !== undefined) expect(Number.isSafeInteger(page.answeredTo)).toBe(true);
}

test('there are sources, each with an id of its own that fits into names', () => {
  const ids = sources.map(({ id }) => id);

  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(KEBAB);
});

describe.each(sources.map((source) => [source.id, source] as const))('source %s', (_, source) => {
  test('has titles, streams of different names, and an origin that is one', () => {
    const names = source.streams.map(({ name }) => name);

    expect([source.title, source.vendor].every((text) => text.trim() === text && text !== '')).toBe(true);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    if (source.origin !== undefined) expect(source.origin).toMatch(/^https:\/\/[^/?#@]+(\/[^?#]*[^/?#])?$/);
  });

  test('has an entry point and a simulator', async () => {
    expect(
      existsSync(handlerOf(source.id)),
      `Write functions/sources/${source.id}/handler.ts: what runs in Lambda.`,
    ).toBe(true);
    expect(
      await findSimulator(source.id),
      `Write simulators/${source.id}/simulator.ts. The proofs of secrets and bundles, the demo and the measurements need it.`,
    ).toBeDefined();
  });

  test('says what its secret holds', () => {
    expect(source.auth.secret.length).toBeGreaterThan(0);
    for (const [name, description] of source.auth.secret.flatMap((shape) => Object.entries(shape))) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9_]*$/);
      expect(description.trim().length).toBeGreaterThan(10);
    }
  });

  test('has an entry point for its rotation exactly when it has one, whose answer fills the secret', () => {
    const { rotation, auth } = source;
    expect(existsSync(rotateHandlerOf(source.id))).toBe(rotation !== undefined);
    if (!rotation) return;
    for (const { url } of [rotation.request, rotation.rehearsal]) expect(url).toMatch(/^\/[^/]/);
    expect(auth.secret.map((shape) => Object.keys(shape))).toContainEqual(Object.keys(rotation.fields));
    // A credential whose exchange goes wrong is noticed while the old one lives, and there is time before the next.
    expect(rotation.oldLives).toBeGreaterThanOrEqual(2 * DAY);
    expect(rotation.every).toBeGreaterThan(2 * rotation.oldLives);
    for (const status of Object.keys(rotation.refusals))
      expect(Number(status)).toSatisfy((code) => code >= 400 && code < 500);
    expect(rotation.refusals[429]).toBeUndefined();
    expectReadable(rotation.remedy);
  });

  test('refuses settings that it does not know, and works without any', () => {
    expect(() => connectionOf(source, { noSuchSetting: 1 })).toThrow(/noSuchSetting: there is no such setting/);
    expect(connectionOf(source).settings).toBeTypeOf('object');
  });

  test('describes every setting', () => {
    const { properties = {} } = z.toJSONSchema(source.settings, { io: 'input' });

    for (const [name, property] of Object.entries(properties)) {
      expect([name, (property as { description?: string }).description]).toEqual([
        name,
        expect.stringMatching(/\w+ \w+/),
      ]);
    }
  });

  test('has a scope of texts that a change of origin changes', () => {
    const connection = connectionOf(source);
    const scope = source.scope(connection);

    expect(Object.values(scope).every((text) => typeof text === 'string')).toBe(true);
    expect(source.scope(connection)).toEqual(scope);
    expect(source.scope({ ...connection, origin: 'https://other.example.com' })).not.toEqual(scope);
  });

  test('reads the same tenant by whatever name and at whatever address', () => {
    const connection = connectionOf(source);
    const moved = { ...connection, id: 'other', origin: 'https://other.example.com' };

    expect(source.tenant?.(moved)).toBe(source.tenant?.(connection));
  });

  test('judges any answer, and gets quotas from it that are numbers', () => {
    const header = fc.oneof(
      fc.constantFrom('', '0', '-1', '1e400', 'NaN', 'soon', '99999999999999999999', ' 7 ', '0x10', '\u0000', '12, 12'),
      fc.constantFrom('Fri, 09 Jan 2026 10:00:00 GMT', 'Mon, 01 Jan 0001 00:00:00 GMT', '2026-13-45'),
      fc.string(),
    );
    const names = fc.oneof(
      fc.constantFrom('date', 'retry-after', 'location', 'content-type', '__proto__', 'constructor'),
      fc.constantFrom(...headersReadBy(source)),
      fc.string(),
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('', 'null', '[]', '{"errors":[null,1,{"field":{}}]}', '<html>'),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.dictionary(names, header), body, (status, headers, text) => {
        const answer = { status, headers, text };
        const verdict = judge(source, answer, NOW, ASKED);
        const quota = source.quota?.(answer, NOW);

        expect(['done', 'later', 'never', 'expired']).toContain(verdict.kind);
        if (status >= 200 && status < 300 && !source.judge?.(answer, NOW, ASKED)) expect(verdict.kind).toBe('done');
        if (verdict.kind !== 'done') expectReadable(verdict.reason);
        if (verdict.kind === 'later' && verdict.at !== undefined) expect(Number.isFinite(verdict.at)).toBe(true);
        if (quota) expect(Object.values(quota).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  test('looks at what its credentials may see without ever failing, and what it saw survives being stored', () => {
    const { visibility } = source;
    if (!visibility) return;
    const connection = connectionOf(source);
    expect(visibility.first(connection).url).toMatch(/^\/[^/\\]/);

    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.json(), fc.string())), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.jsonValue(),
        (bodies, before) => {
          const answers = bodies.map(([status, text]) => ({ status, headers: {}, text }));
          const step = visibility.read(answers, connection);
          if ('next' in step) {
            expect(step.next.url).toMatch(/^\/[^/\\]/);
            return;
          }
          expect(JSON.parse(JSON.stringify(step.seen ?? null))).toEqual(step.seen ?? null);
          for (const earlier of [before, undefined, null, step.seen]) {
            expect(visibility.compare(step.seen, earlier)).toBeTypeOf('object');
            expect(visibility.compare(earlier, step.seen)).toBeTypeOf('object');
          }
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });
});

describe.each(streams)('stream %s', (_, source, stream) => {
  const connection = connectionOf(source);
  const range: Range = { from: NOW - HOUR, to: NOW };
  const asked = stream.first(range, connection);
  const golden = casesOf(source, stream);

  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  test('says what it is, where that is documented, and what it takes', () => {
    expect(stream.name).toMatch(KEBAB);
    expect(stream.title).toMatch(/\S/);
    expect(stream.needs).toMatch(/\S/);
    expect(new URL(stream.docs).protocol).toBe('https:');
  });

  test('has durations that fit together', () => {
    const { every, settle, overlap, longestWindow, retention, precision } = stream;

    for (const duration of [every, settle, overlap, longestWindow, retention, precision]) {
      expect(Number.isSafeInteger(duration) && duration >= 0).toBe(true);
      // Where whole steps are read, each is read again until it has settled.
      if (duration !== overlap || stream.windowStep === undefined) expect(duration).toBeGreaterThan(0);
    }
    if (stream.windowStep === undefined) expect(settle).toBeLessThan(overlap);
    else expect(stream.rangeIgnoresRowTime).toBe(true);
    for (const reread of stream.rereads ?? []) expect(reread.overlap).toBeGreaterThan(overlap);
    expect(overlap).toBeLessThan(retention);
    expect(precision).toBeLessThanOrEqual(settle);
    expect(longestWindow).toBeGreaterThan(2 * precision);
    expect(longestWindow).toBeLessThanOrEqual(retention);
  });

  test('asks for all of the range, at the connection’s own origin', () => {
    for (const step of [0, 1, stream.precision - 1, stream.precision, 7 * SECOND + 1]) {
      const padded = { from: NOW - DAY - step, to: NOW + step };
      const request = stream.first(padded, connection);
      const times = timesIn(request);

      expect(request.url).toMatch(/^\/[^/\\]/);
      expect(Math.min(...times)).toBeLessThanOrEqual(padded.from);
      expect(Math.max(...times)).toBeGreaterThanOrEqual(padded.to);
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(DAY + 2 * step + 2 * DAY);
    }
  });

  test('asks the same whenever it is asked, and knows no secret', () => {
    vi.setSystemTime(0);
    const first = stream.first(range, connection);
    vi.setSystemTime(Date.UTC(2030, 0, 1));
    const again = stream.first({ ...range }, structuredClone(connection));

    expect(again).toEqual(first);
    const text = JSON.stringify(first).toLowerCase();
    for (const hint of [SECRET_NAME, 'authorization', 'cookie', 'token', 'password', 'signature']) {
      expect(text).not.toContain(hint);
    }
  });

  test.each([
    ['a proxy’s HTML', '<!doctype html><html><body>Please sign in</body></html>', 'text/html'],
    ['HTML that claims to be JSON', '<html>', 'application/json'],
    ['nothing', '', 'application/json'],
    ['nothing as CSV', '', 'text/csv'],
    ['nothing, and no type', '', ''],
    ['white space', ' \r\n ', 'application/json'],
    ['null', 'null', 'application/json'],
    ['a text', '"rows"', 'application/json'],
    ['a number', '17', 'application/json'],
    ['true', 'true', 'application/json'],
    ['an object of something else', '{"error":"no"}', 'application/json'],
    ['an object with control characters', '{"\u0000\u001b[31m', 'application/json'],
  ])('cannot read %s, and says so in words', (_, text, contentType) => {
    const headers = contentType === '' ? {} : { 'content-type': contentType };

    expect(readOrNot(stream, { status: 200, headers, text }, asked)).toBe('unreadable');
  });

  test('takes an empty list for an answer without rows, if for one at all', () => {
    const headers = { 'content-type': 'application/json' };
    const page = readOrNot(stream, { status: 200, headers, text: '[]' }, asked);

    if (page !== 'unreadable') expect(page).toMatchObject({ rows: [] });
  });

  test('has golden answers', () => {
    expect(golden.length).toBeGreaterThan(0);
    expect(rowsOf(source, stream).length).toBeGreaterThan(0);
  });

  test('reads half of an answer as rows or not at all', () => {
    const random = seededRandom(11);
    for (const one of golden) {
      const whole = stream.read(answerOf(one), asked);
      const lengths = Array.from({ length: 60 }, () => Math.floor(random() * one.answer.trimEnd().length));
      for (const length of [0, 1, Math.floor(one.answer.length / 2), one.answer.trimEnd().length - 1, ...lengths]) {
        const half = readOrNot(stream, answerOf({ ...one, answer: one.answer.slice(0, length) }), asked);
        if (half === 'unreadable') continue;
        expectPage(half);
        // What is read of it must be what is there; an end that is not the end would lose the rest.
        // Lines may be cut off whole, which no reader can tell.
        const sure = one.contentType === 'text/csv' ? half.rows.length : whole.rows.length;
        expect(half.rows.slice(0, sure)).toEqual(whole.rows.slice(0, sure));
        expect(half.rows.length).toBeLessThanOrEqual(whole.rows.length);
        if (one.contentType !== 'text/csv') expect(half.rows.length).toBe(whole.rows.length);
      }
    }
  });

  test('reads changed answers as rows or not at all', () => {
    const random = seededRandom(12);
    for (const one of golden) {
      for (let change = 0; change < 60; change++) {
        const at = Math.floor(random() * one.answer.length);
        const put = ['"', '}', ']', ',', '{', '[', '\\', '0', '\u0000', '', 'null'][
          Math.floor(random() * 11)
        ] as string;
        const answer = one.answer.slice(0, at) + put + one.answer.slice(at + Math.floor(random() * 3));
        const page = readOrNot(stream, answerOf({ ...one, answer }), asked);
        if (page !== 'unreadable') expectPage(page);
      }
    }
  });

  test('keeps every row’s text on one line, and to the letter', () => {
    for (const one of golden) {
      const { rows } = stream.read(answerOf(one), asked);
      for (const row of rows) {
        expect(row.text).not.toMatch(/[\r\n]/);
        if (one.contentType === 'application/json') expect(JSON.parse(row.text)).toEqual(row.value);
      }
      if (one.contentType !== 'application/json') continue;
      const answer = squeezed(one.answer);
      // Where a record is put together, from a row and what it stands under, its parts are the vendor's.
      for (const { text } of rows.filter((row) => !answer.includes(squeezed(row.text)))) {
        for (const part of memberTexts(text).values()) expect(`${answer} null ""`).toContain(squeezed(part));
      }
    }
  });

  test('reads the same answer the same way', () => {
    for (const one of golden) expect(stream.read(answerOf(one), asked)).toEqual(stream.read(answerOf(one), asked));
  });

  /** JSON values, and golden records with a value of theirs replaced. */
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(
        fc.nat(),
        fc.nat(),
        fc.oneof(fc.jsonValue(), fc.constantFrom(Number.POSITIVE_INFINITY, '\u0000', '\ud800', 'x'.repeat(5_000))),
      )
      .map(([which, key, value]) => spoiled(rowsOf(source, stream), which, key, value)),
  );

  test('names the events of any record, or throws an error that the engine knows how to meet', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        let identities: readonly { time?: unknown; phase?: unknown }[];
        try {
          identities = stream.events(rowOf(value));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
          return;
        }
        expect(identities.length).toBeGreaterThan(0);
        for (const { time, phase } of identities) {
          expect(['string', 'undefined']).toContain(typeof phase);
          if (time !== undefined) expect(Number.isSafeInteger(time) && (time as number) >= 0).toBe(true);
        }
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  test('maps any record to fields that survive JSON, or throws an error with a message', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        let fields: unknown;
        try {
          fields = stream.map(rowOf(value), stream.events(rowOf(value))[0] ?? {}, connection);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
          expect((thrown as Error).message).toMatch(/\w+ \w+/);
          return;
        }
        expect(JSON.parse(JSON.stringify(fields))).toEqual(fields);
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  test('leaves its rows as they are', () => {
    for (const row of rowsOf(source, stream)) {
      const before = structuredClone(row.value);
      for (const identity of stream.events(frozen(row))) mapOrNot(stream, row, identity, connection);
      expect(row.value).toEqual(before);
    }
  });

  test('believes an id only together with what of its record never changes, and not with fields that are new', () => {
    for (const row of rowsOf(source, stream)) {
      const key = stream.recordKey?.(frozen(row));
      if (key === undefined) continue;
      expect(key.content).toEqual(expect.stringMatching(/\w/));
      expect(stream.recordKey?.({ ...row, value: { ...(row.value as object), addedByTheVendor: 1 } })).toEqual(key);
    }
  });

  test('gives a record the same ids whatever the order of its keys', () => {
    const feed: Feed = {
      name: `${source.id}/${stream.name}/acme`,
      source,
      stream,
      connection,
      settle: stream.settle,
      overlap: stream.overlap,
    };
    const ids = (row: Row) =>
      stream.events(row).map((identity) => eventId(feed, identity, rowKey(stream, row).hash, 0));
    for (const row of rowsOf(source, stream)) {
      const again = ids({ value: reversed(row.value), text: row.text });

      expect(again).toEqual(ids(row));
      for (const id of again) expect(id).toMatch(/^[!-~]{1,40}$/);
    }
  });
});

describe.each(snapshots)('snapshot stream %s', (_, source, stream) => {
  const connection = connectionOf(source);
  const asked = stream.first(connection);

  test('says what it is, where that is documented, what it takes, and what its things are called', () => {
    expect(stream.name).toMatch(KEBAB);
    for (const text of [stream.title, stream.needs, stream.thing]) expect(text).toMatch(/\S/);
    expect(new URL(stream.docs).protocol).toBe('https:');
  });

  test('asks at the connection’s own origin', () => {
    expect(asked.url).toMatch(/^\/[^/\\]/);
    expect(stream.first(structuredClone(connection))).toEqual(asked);
  });

  test.each([
    ['a proxy’s HTML', '<!doctype html><html><body>Please sign in</body></html>', 'text/html'],
    ['nothing', '', 'application/json'],
    ['null', 'null', 'application/json'],
    ['a text', '"things"', 'application/json'],
    ['half an answer', '[{"id":"1","name":"x', 'application/json'],
    ['half an object', '{"id":"1","name":"x', 'application/json'],
  ])('cannot read %s, and says so in words', (_, text, type) => {
    expect(() => stream.read({ status: 200, headers: { 'content-type': type }, text }, asked, connection)).toThrow(
      UnreadableError,
    );
  });

  test('finds things with keys in any record, and tells of any of them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const items = stream.items(rowOf(one));
        for (const { key, value } of items) {
          expect(key).not.toBe('');
          expect(JSON.parse(JSON.stringify(value ?? null))).toEqual(value ?? null);
        }
        const changes: Change[] = [
          { kind: 'created', key: 'a', after: one, fields: [] },
          { kind: 'changed', key: 'a', before: one, after: other, fields: ['name'] },
          { kind: 'deleted', key: 'a', before: other, fields: [] },
        ];
        for (const fields of [
          stream.mapBaseline(items, connection),
          ...changes.map((change) => stream.mapChange(change, connection)),
        ]) {
          expect(JSON.parse(JSON.stringify(fields))).toEqual(fields);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Maps a record; it may throw, but not for having been kept from changing the record. */
function mapOrNot(stream: Stream, row: Row, identity: Identity, connection: ConfiguredConnection): void {
  try {
    stream.map(row, identity, connection);
  } catch (thrown) {
    expect(thrown).not.toBeInstanceOf(TypeError);
  }
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}

function frozen(row: Row): Row {
  const freeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
    return value;
  };
  freeze(row.value);
  return Object.freeze(row);
}

function spoiled(rows: readonly Row[], which: number, key: number, value: unknown): unknown {
  const record = structuredClone(rows[which % rows.length]?.value);
  if (typeof record !== 'object' || record === null) return value;
  const keys = Object.keys(record);
  return { ...record, [keys[key % keys.length] ?? 'x']: value };
}
