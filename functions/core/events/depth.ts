import { DEEPEST } from './canonical.ts';

export const TOO_DEEP = `nested more than ${DEEPEST} levels deep`;

/** Whether a value is nested in more levels than this. */
export function isDeeper(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((inner: unknown) => isDeeper(inner, levels - 1));
  // Without a list of keys or values: every record is walked through.
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
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
