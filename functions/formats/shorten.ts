import type { EcsEvent } from '../core/model.ts';

/** The longest string, list and depth that a shortened event keeps. */
const MOST_CHARACTERS = 2_000;
const MOST_ITEMS = 50;
const DEEPEST = 8;
/** The longest beginning of the original that a shortened event keeps. */
const MOST_ORIGINAL = 50_000;

/** A copy of the event that is small for sure, says so, and keeps its identity. The whole lies in quarantine under its id. */
export function shorten(event: EcsEvent): EcsEvent {
  const { '@timestamp': timestamp, ecs, observer, tags, event: about, tidemark, ...rest } = event;
  const { original, ...facts } = about;
  return {
    '@timestamp': timestamp,
    ecs,
    ...(cut(rest, 0, { left: 100_000 }) as object),
    tags: [...(tags ?? []), 'tidemark-shortened'],
    event: {
      ...(cut(facts, 0, { left: 20_000 }) as typeof facts),
      ...(original !== undefined && { original: head(original, MOST_ORIGINAL) }),
    },
    observer,
    tidemark: { ...tidemark, shortened: true },
  };
}

/** @param budget how many characters the whole copy may still take: many short fields are as large as a long one */
function cut(value: unknown, depth: number, budget: { left: number }): unknown {
  if (typeof value === 'string') {
    const kept = head(value, Math.max(0, Math.min(MOST_CHARACTERS, budget.left)));
    budget.left -= kept.length;
    return kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => cut(item, depth + 1, budget));
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

/** The first characters, never half a surrogate pair. */
function head(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return text.slice(0, end);
}
