import type { EcsEvent } from '../core/ecs-event.ts';

/** Maximum length of a string and of a list, and maximum depth, in a shortened event. */
const MAX_TEXT = 2_000;
const MAX_ITEMS = 50;
const MAX_DEPTH = 8;
/** Maximum length of the original record in a shortened event. */
const MAX_ORIGINAL = 50_000;

/** Estimated size of a value besides its characters: quotes, commas, the digits of a number. */
const VALUE_COST = 20;

/**
 * A small copy of the event, marked as shortened, with the same identity. The complete event is in quarantine under its id.
 *
 * @param share of the usual limits: as a format escapes it, one character may take seven bytes
 */
export function shorten(event: EcsEvent, share = 1): EcsEvent {
  const { '@timestamp': timestamp, ecs, observer, tags, event: about, tidemark, ...rest } = event;
  const { original, ...facts } = about;
  return {
    '@timestamp': timestamp,
    ecs,
    ...(cut(rest, 0, { left: 100_000 * share }) as object),
    tags: [...(tags ?? []), 'tidemark-shortened'],
    event: {
      ...(cut(facts, 0, { left: 20_000 * share }) as typeof facts),
      ...(original !== undefined && { original: head(original, Math.floor(MAX_ORIGINAL * share)) }),
    },
    observer,
    tidemark: { ...tidemark, shortened: true },
  };
}

/** @param budget how many characters the whole copy may still take: many short fields are as large as one long field */
function cut(value: unknown, depth: number, budget: { left: number }): unknown {
  budget.left -= VALUE_COST;
  if (typeof value === 'string') {
    const kept = head(value, Math.max(0, Math.floor(Math.min(MAX_TEXT, budget.left))));
    budget.left -= kept.length;
    return kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return cutList(value, depth, budget);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (budget.left <= 0) break;
    budget.left -= key.length;
    Object.defineProperty(copy, key, {
      value: cut(item, depth + 1, budget),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function cutList(list: readonly unknown[], depth: number, budget: { left: number }): unknown[] {
  const copy: unknown[] = [];
  for (const item of list.slice(0, MAX_ITEMS)) {
    if (budget.left <= 0) break;
    copy.push(cut(item, depth + 1, budget));
  }
  return copy;
}

/** The first characters, without half a surrogate pair at the end. */
function head(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max;
  return text.slice(0, end);
}
