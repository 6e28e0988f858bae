import { DEEPEST } from './canonical.ts';

export const TOO_DEEP = `nested more than ${DEEPEST} levels deep`;

/** Whether a value is nested in more levels than this. */
export function isDeeper(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // Without a list of keys or values, and without a call for a text or a number: every record is walked through.
  if (Array.isArray(value)) {
    for (const inner of value as unknown[]) if (typeof inner === 'object' && isDeeper(inner, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && isDeeper(inner, levels - 1)) return true;
  }
  return false;
}

/**
 * The value down to a maximum depth, so that code which walks through it does not overflow the stack. A value that is not deeper is
 * returned itself.
 *
 * @param standIn returns the replacement of a value below that depth
 */
export function shallow(value: unknown, standIn: (below: unknown) => string, levels = DEEPEST): unknown {
  if (!isDeeper(value, levels)) return value;
  if (levels === 0) return standIn(value);
  const members = Object.entries(value as object).map(
    ([key, inner]) => [key, shallow(inner, standIn, levels - 1)] as const,
  );
  // Made from entries, because an assignment to __proto__ would not add a key.
  return Array.isArray(value) ? members.map(([, kept]) => kept) : Object.fromEntries(members);
}
