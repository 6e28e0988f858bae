import type { Branch } from './fields.ts';

/** The values that analysts search by, as paths in the event; types and captions of OCSF 1.3.0. */
const OBSERVABLES = [
  { path: ['src_endpoint', 'ip'], type: 'IP Address', type_id: 2 },
  { path: ['actor', 'user', 'name'], type: 'User Name', type_id: 4 },
  { path: ['actor', 'user', 'email_addr'], type: 'Email Address', type_id: 5 },
  { path: ['user', 'name'], type: 'User Name', type_id: 4 },
  { path: ['user', 'email_addr'], type: 'Email Address', type_id: 5 },
  { path: ['device', 'hostname'], type: 'Hostname', type_id: 1 },
] as const;

/** The addresses, users and hosts of an event's objects as one list, each value once. */
export function observablesOf(objects: Branch): readonly Branch[] | undefined {
  const found = new Map<string, Branch>();
  for (const { path, type, type_id } of OBSERVABLES) {
    const value = path.reduce<unknown>((inner, key) => (inner as Branch | undefined)?.[key], objects);
    if (typeof value !== 'string') continue;
    const key = `${type_id} ${value}`;
    if (!found.has(key)) found.set(key, { name: path.join('.'), type, type_id, value });
  }
  return found.size > 0 ? [...found.values()] : undefined;
}
