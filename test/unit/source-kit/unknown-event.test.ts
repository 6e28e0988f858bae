import { expect, test } from 'vitest';
import { UNKNOWN_EVENT } from '../../../functions/core/events/tags.ts';
import { unknownEventTags } from '../../../functions/source-kit/unknown-event.ts';

test('only an event of an unknown kind has the tag that the engine counts', () => {
  expect(unknownEventTags(false)).toEqual({ tags: [UNKNOWN_EVENT] });
  expect(unknownEventTags(true)).toEqual({});
});
