import type { EcsUser } from '../../core/ecs-event.ts';

/** Whether two descriptions may be of one person: they share an address, or a name if one of them has no address. */
export function isSamePerson(one: EcsUser, other: EcsUser): boolean {
  if (one.email !== undefined && other.email !== undefined) return one.email === other.email;
  const names = [one.name, one.full_name, one.email].filter((name) => name !== undefined);
  return [other.name, other.full_name, other.email].some((name) => name !== undefined && names.includes(name));
}
