import type { EcsUser } from '../../core/ecs-event.ts';

/** Whether two descriptions may be of one person: they share an address, or a name or an id if one of them has no address. */
export function isSamePerson(one: EcsUser, other: EcsUser): boolean {
  if (one.email !== undefined && other.email !== undefined) return one.email === other.email;
  const names = namesOf(one);
  return namesOf(other).some((name) => names.includes(name));
}

function namesOf({ id, name, full_name, email }: EcsUser): string[] {
  return [id, name, full_name, email].filter((text) => text !== undefined);
}
