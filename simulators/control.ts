import type { Switches } from './fault-switches.ts';
import type { Reply } from './send-reply.ts';
import type { Counters } from './simulator.ts';

/** Where a running simulator is steered. No vendor has such a path. */
export const CONTROL_PATH = '/_control';

/** What can be steered. */
export interface Steering {
  readonly switches: Switches<object>;
  readonly counters: Counters;
  reset(): void;
}

/** GET shows faults and counters, PUT replaces the faults, PATCH changes some (null ends one), POST resets all. */
export function answerControl(method: string, path: string, body: string, steering: Steering): Reply {
  const { switches } = steering;
  try {
    if (path === `${CONTROL_PATH}/reset` && method === 'POST') steering.reset();
    else if (path === CONTROL_PATH && method === 'PUT') switches.set(JSON.parse(body));
    else if (path === CONTROL_PATH && method === 'PATCH') switches.set(merge(switches.faults, JSON.parse(body)));
    else if (path !== CONTROL_PATH || method !== 'GET') {
      return json(405, { error: `GET, PUT or PATCH ${CONTROL_PATH}, or POST ${CONTROL_PATH}/reset.` });
    }
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
  return json(200, { faults: switches.faults, counters: steering.counters });
}

function merge(current: object, changes: unknown): unknown {
  const both = { ...current, ...(changes as object) };
  return Object.fromEntries(Object.entries(both).filter(([, value]) => value !== null));
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
