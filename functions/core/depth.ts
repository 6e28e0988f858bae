import { DEEPEST } from './identity.ts';

/** Whether a value is nested in more levels than that. */
export function isDeeper(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeper(inner, levels - 1)) return true;
  return false;
}

/**
 * The value down to the deepest level of an honest record, so that nobody who walks through it comes to the end of the stack.
 * One that is not deeper is returned itself.
 *
 * @param standIn what stands for a value that lies below
 */
export function shallow(value: unknown, standIn: (below: object) => string): unknown {
  return isDeeper(value) ? cut(value, DEEPEST, standIn) : value;
}

function cut(value: unknown, levels: number, standIn: (below: object) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return standIn(value);
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1, standIn));
  // Made of entries: an assignment to __proto__ would make no key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item, levels - 1, standIn)]));
}
