import type { Branch } from './fields.ts';
import { UNKNOWN_USER } from './objects.ts';

/** The values that analysts search by, as paths in the event; types and captions of OCSF. */
const OBSERVABLES = [
  { path: ['src_endpoint', 'ip'], type: 'IP Address', type_id: 2 },
  { path: ['actor', 'user', 'name'], type: 'User Name', type_id: 4 },
  { path: ['actor', 'user', 'email_addr'], type: 'Email Address', type_id: 5 },
  { path: ['user', 'name'], type: 'User Name', type_id: 4 },
  { path: ['user', 'email_addr'], type: 'Email Address', type_id: 5 },
  { path: ['device', 'hostname'], type: 'Hostname', type_id: 1 },
].map((one) => ({ ...one, name: one.path.join('.') }));

/** The addresses, users and hosts of an event's objects as one list, each value once. */
export function observablesOf(objects: Branch): readonly Branch[] | undefined {
  const found: Branch[] = [];
  for (const { name, path, type, type_id } of OBSERVABLES) {
    const value = valueAt(objects, path);
    if (typeof value !== 'string' || objects[path[0] ?? ''] === UNKNOWN_USER) continue;
    const isKnown = found.some((one) => one.type_id === type_id && one.value === value);
    if (!isKnown) found.push({ name, type, type_id, value });
  }
  return found.length > 0 ? found : undefined;
}

function valueAt(objects: Branch, path: readonly string[]): unknown {
  let value: unknown = objects;
  for (const key of path) value = (value as Branch | undefined)?.[key];
  return value;
}
