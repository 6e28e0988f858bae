import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RECORD_BYTES } from '../../../functions/core/delivery/packing.ts';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { cefLine } from '../../../functions/formats/cef/cef.ts';
import { CEF_MAPPING } from '../../../functions/formats/cef/mapping.ts';
import { eventWith, readBack } from './cef-event.ts';
import { readCef } from './cef-reader.ts';

const VERSIONS = [0, 1] as const;

const nasty = fc.constantFrom(
  '|',
  '=',
  '\\',
  '\\\\',
  '\\=',
  '\n',
  '\r',
  '\r\n',
  ' src=10.0.0.1',
  ' suser=root ',
  '\\ msg=',
  'CEF:0|',
  '\u0000',
  '\t',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u007f',
  '\u001b[2K',
  '😀',
  '\ud83d',
  '\ude00',
  '\u202e',
  '\ufeff',
  'é',
  'x'.repeat(500),
);
const hostileText = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((all) => all.join(''));
const jsonValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    hostileText,
    fc.constantFrom(null, true, 1e308, -0, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, '2026-01-10T09:00:00Z'),
    fc.ipV4(),
    fc.ipV6(),
    fc.double(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(hostileText, fc.constantFrom('__proto__', 'name', 'ip', 'id', 'event')), tie('value'), {
      maxKeys: 6,
    }),
  ),
})).value;

/** What a reader may expect of a text: written down a second time, character by character. */
function expectedOf(text: string, most: number): string {
  let kept = '';
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 9) kept += ' ';
    else if (code === 10 || code === 13) kept += character;
    else if (code === 0x85 || code === 0x2028 || code === 0x2029) kept += '\n';
    else if (code >= 32 && (code < 127 || code > 159)) kept += character;
  }
  let short = '';
  for (const character of kept) {
    if (short.length + character.length > most) break;
    short += character;
  }
  return short;
}

describe('whatever comes', () => {
  test('a value is read back as it was, cleaned and cut', () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(...VERSIONS), (text, version) => {
        const { extension } = readBack({ message: text, user: { id: text }, acme: { own: text } }, version);

        const expected = expectedOf(text, 1_023);
        const seen = expected.trim() === '' ? undefined : expected;
        expect(extension.get('msg')).toBe(seen);
        expect(extension.get('suid')).toBe(seen);
        expect(extension.get('AcmeWidgetsOwn')).toBe(seen);
      }),
      { numRuns: 500 },
    );
  });

  test('a header field is read back on one line', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = expectedOf(text, Number.POSITIVE_INFINITY)
          .replace(/[\r\n]+/g, ' ')
          .trim();

        expect(readBack({ tidemark: { vendor: text } }).vendor).toBe(expectedOf(line, 63) || 'unknown');
        expect(readBack({ event: { action: text } }).classId).toBe(expectedOf(line, 1_023) || 'event');
      }),
      { numRuns: 500 },
    );
  });

  test('a vendor’s namespace of any JSON makes a well-formed line', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(...VERSIONS), (acme, version) => {
        expect(() => readBack({ acme }, version)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test('so does any JSON in any field of the table', () => {
    const names = [...new Set(CEF_MAPPING.flatMap(({ from }) => from)), 'event', 'tidemark', 'user', 'event.module'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), jsonValue), { maxLength: 12 }), (replaced) => {
        const event = structuredClone(eventWith()) as unknown as Record<string, unknown>;
        for (const [name, value] of replaced) put(event, name.split('.'), value);

        for (const version of VERSIONS) readCef(cefLine(event as unknown as EcsEvent, version));
      }),
      { numRuns: 500 },
    );
  });

  test.each([null, 7, 'x', [], [[]], { event: 5, tidemark: 'x' }])('the event %o', (event) => {
    expect(() => readCef(cefLine(event as unknown as EcsEvent, 0))).not.toThrow();
  });

  test('the longest line is one that Firehose takes', () => {
    const long = '監'.repeat(2_000_000);
    const acme = Object.fromEntries(Array.from({ length: 100 }, (_item, index) => [`field${index}`, long]));
    const event = eventWith({ acme }) as unknown as Record<string, unknown>;
    const leaves = CEF_MAPPING.flatMap(({ from }) => from).filter((name) => name !== 'event.module');
    for (const name of leaves) put(event, name.split('.'), long);
    put(event, ['event', 'kind'], 'pipeline_error');

    const line = cefLine(event as unknown as EcsEvent, 0);

    expect(Buffer.byteLength(line)).toBeGreaterThan(400_000);
    expect(Buffer.byteLength(line)).toBeLessThan(MAX_RECORD_BYTES);
    expect(() => readCef(line)).not.toThrow();
  });
});

/** Sets a field by the steps of its name; a step that is no object becomes one. */
function put(event: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    event[step] = value;
    return;
  }
  const inner = event[step];
  const branch = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
  event[step] = branch;
  put(branch as Record<string, unknown>, rest, value);
}
