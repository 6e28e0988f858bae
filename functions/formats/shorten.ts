import type { EcsEvent } from '../core/ecs-event.ts';

/** The longest string, list and depth that a shortened event keeps. */
const MOST_CHARACTERS = 2_000;
const MOST_ITEMS = 50;
const DEEPEST = 8;
/** The longest beginning of the original that a shortened event keeps. */
const MOST_ORIGINAL = 50_000;

/** What a value takes beside its characters, about: quotes, commas, the digits of a number. */
const VALUE = 20;

/**
 * A copy of the event that is small, says so, and keeps its identity. The whole lies in quarantine under its id.
 *
 * @param share of what is kept otherwise: a character may take seven bytes, as a format spells it
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
      ...(original !== undefined && { original: head(original, Math.floor(MOST_ORIGINAL * share)) }),
    },
    observer,
    tidemark: { ...tidemark, shortened: true },
  };
}

/** @param budget how many characters the whole copy may still take: many short fields are as large as a long one */
function cut(value: unknown, depth: number, budget: { left: number }): unknown {
  budget.left -= VALUE;
  if (typeof value === 'string') {
    const kept = head(value, Math.max(0, Math.floor(Math.min(MOST_CHARACTERS, budget.left))));
    budget.left -= kept.length;
    return kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
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
  for (const item of list.slice(0, MOST_ITEMS)) {
    if (budget.left <= 0) break;
    copy.push(cut(item, depth + 1, budget));
  }
  return copy;
}

/** The first characters, never half a surrogate pair. */
function head(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return text.slice(0, end);
}
