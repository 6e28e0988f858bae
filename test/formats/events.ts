import fc from 'fast-check';
import { feedsOf, parseConnection } from '../../functions/core/config/connection.ts';
import type { EcsEvent, EcsFields } from '../../functions/core/ecs-event.ts';
import { complete, pipelineError } from '../../functions/core/events/complete.ts';
import type { Feed } from '../../functions/core/model.ts';
import { parseInstant, SECOND } from '../../functions/core/time.ts';
import { memorySource, memoryStream } from '../memory/source.ts';

const source = memorySource([memoryStream('audit', SECOND, false)]);

/** A feed for events that are made by hand. */
export const feed = feedsOf(source, parseConnection(source, { id: 'acme', source: source.id }))[0] as Feed;

const readAt = parseInstant('2026-01-10T10:05:00Z') as number;
const time = parseInstant('2026-01-10T09:58:31.250Z') as number;
const id = '0123456789abcdef0123456789abcdef';

/** A whole event around some fields. */
export function eventOf(fields: EcsFields, original = '{"event":"Login failed."}'): EcsEvent {
  return complete(fields, { value: {}, text: original }, { feed, id, time, readAt });
}

/** A record that could not be mapped. */
export function unmapped(original: string): EcsEvent {
  return pipelineError({ value: {}, text: original }, { feed, id, readAt }, new Error('date: wanted a time'));
}

/** Texts that hurt: separators, escapes, control characters, half surrogate pairs, right-to-left, key look-alikes. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '|',
    '=',
    '\\',
    '\n',
    '\r\n',
    '\0',
    '\ud800',
    '\udc00x',
    '😀',
    'שלום',
    ' act=evil',
    'a|b=c\\d',
    '__proto__',
    '</script>',
    '\u2028',
  ),
);

/** Any JSON, with keys that name prototypes. */
export const hostileValue = fc
  .jsonValue({ maxDepth: 3 })
  .chain((value) =>
    fc.oneof(
      fc.constant(value),
      fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'a b', 'ä', 'x'.repeat(200)), fc.constant(value)),
      fc.constantFrom(1e308, -0, Number.MAX_SAFE_INTEGER + 2, null),
    ),
  );
