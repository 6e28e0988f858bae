import type { EcsUser } from '../../core/ecs-event.ts';

/** Understands `Ana Duarte (ana@example.com)`, the log's way. One signs in with the address: it is the user's name. */
export function personOf(text: string, id?: string): EcsUser {
  const open = text.lastIndexOf(' (');
  const inside = open >= 0 && text.endsWith(')') ? text.slice(open + 2, -1) : '';
  const identified = id === undefined ? {} : { id };
  if (isEmail(inside)) {
    const fullName = text.slice(0, open).trim();
    return { ...identified, name: inside, email: inside, ...(fullName !== '' && { full_name: fullName }) };
  }
  if (isEmail(text)) return { ...identified, name: text, email: text };
  return text === '' ? identified : { ...identified, name: text };
}

/** Whether two descriptions may be of one person: they share an address or a name. */
export function isSamePerson(one: EcsUser, other: EcsUser): boolean {
  if (one.email !== undefined && other.email !== undefined) return one.email === other.email;
  const names = [one.name, one.full_name, one.email].filter((name) => name !== undefined);
  return [other.name, other.full_name, other.email].some((name) => name !== undefined && names.includes(name));
}

function isEmail(text: string): boolean {
  return text.includes('@') && !/[\s()]/.test(text);
}
