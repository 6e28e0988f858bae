import { CONTROL_PATH } from './control-access.ts';
import type { Switches } from './fault-switches.ts';
import type { Reply } from './send-reply.ts';
import type { Counters } from './simulator.ts';

/** What the control path reads and changes. */
export interface Controlled {
  readonly switches: Switches<object>;
  readonly counters: Counters;
  reset(): void;
}

/** GET returns faults and counters, PUT replaces the faults, PATCH changes some (null ends one), POST resets everything. */
export function answerControl(method: string, path: string, body: string, controlled: Controlled): Reply {
  const { switches } = controlled;
  try {
    if (path === `${CONTROL_PATH}/reset` && method === 'POST') controlled.reset();
    else if (path === CONTROL_PATH && method === 'PUT') switches.set(JSON.parse(body));
    else if (path === CONTROL_PATH && method === 'PATCH') switches.set(merge(switches.faults, JSON.parse(body)));
    else if (path !== CONTROL_PATH || method !== 'GET') {
      return json(405, { error: `GET, PUT or PATCH ${CONTROL_PATH}, or POST ${CONTROL_PATH}/reset.` });
    }
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
  return json(200, { faults: switches.faults, counters: controlled.counters });
}

function merge(current: object, changes: unknown): unknown {
  const both = { ...current, ...(changes as object) };
  return Object.fromEntries(Object.entries(both).filter(([, value]) => value !== null));
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
