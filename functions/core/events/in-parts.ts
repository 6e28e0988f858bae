import type { EcsEvent } from '../ecs-event.ts';
import { digest } from './identity.ts';
import { PART } from './tags.ts';

/** Characters of the original in a part: small enough for every destination, even if its format escapes each of them. */
const PART_CHARACTERS = 20_000;

/**
 * The whole original of an event that was too large, in parts. Each part is an event that names the event and its part
 * number. Joined in order, `event.original` of the parts is that of the event.
 */
export function* inParts(event: EcsEvent): Generator<EcsEvent> {
  const { '@timestamp': timestamp, ecs, observer, tidemark } = event;
  const { id, module, dataset, created, original = JSON.stringify(event) } = event.event;
  const count = Math.max(1, Math.ceil(original.length / PART_CHARACTERS));
  for (let at = 0, number = 1; number <= count; number++) {
    let end = Math.min(original.length, at + PART_CHARACTERS);
    // A surrogate pair must not be split.
    if (end < original.length && /[\uD800-\uDBFF]/.test(original.charAt(end - 1))) end--;
    if (number === count) end = original.length;
    yield {
      '@timestamp': timestamp,
      ecs,
      message: `Part ${number} of ${count} of event ${id}.`,
      tags: [PART],
      event: {
        kind: 'event',
        id: digest(JSON.stringify(['part', id, number])),
        module,
        dataset,
        created,
        original: original.slice(at, end),
      },
      observer,
      tidemark: { ...tidemark, part: { of: id, number, count } },
    };
    at = end;
  }
}
