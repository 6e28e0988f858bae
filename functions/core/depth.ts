import { DEEPEST } from './identity.ts';

export const TOO_DEEP = `nested more than ${DEEPEST} levels deep`;

/**
 * The value down to the deepest level of an honest record, so that nobody who walks through it comes to the end of the stack.
 * One that is not deeper is returned itself.
 *
 * @param standIn what stands for a value that lies below
 */
export function shallow(value: unknown, standIn: (below: object) => string, levels = DEEPEST): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return standIn(value);
  let isCut = false;
  const members = Object.entries(value).map(([key, inner]) => {
    const kept = shallow(inner, standIn, levels - 1);
    isCut ||= kept !== inner;
    return [key, kept] as const;
  });
  if (!isCut) return value;
  // Made of entries: an assignment to __proto__ would make no key.
  return Array.isArray(value) ? members.map(([, kept]) => kept) : Object.fromEntries(members);
}

export function isTooDeep(value: unknown): boolean {
  return shallow(value, () => TOO_DEEP) !== value;
}
