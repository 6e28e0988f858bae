import type { FaultShape } from '../simulators/fault-switches.ts';
import { openKey } from './services/access/key.ts';
import { Signatures } from './services/access/signature.ts';
import type { FirehoseCounters } from './services/firehose.ts';
import type { FirehoseFaults } from './services/firehose-faults.ts';
import type { Places, Running } from './world.ts';

const TIMEOUT_MS = 5_000;

/** The faults of the embedded Firehose that are worth a switch, in words. */
export const DELIVERY_FAULTS: Readonly<Partial<Record<keyof FirehoseFaults, FaultShape>>> = {
  refuseEvery: { words: 'refuse every n-th record, and accept the others of its call', is: 'number' },
  refuseNext: { words: 'refuse the next n records', is: 'number' },
  throttleNext: { words: 'refuse the next n calls, as a stream over its throughput does', is: 'number' },
  failNext: { words: 'fail in the next n calls, before anything is written', is: 'number' },
  acceptThenDropNext: { words: 'write what the next n calls bring, and never answer', is: 'number' },
  latencyMs: { words: 'milliseconds to wait before every answer', is: 'number' },
};

/** The faults that are on, and what each delivery stream has taken. */
export interface DeliveryState {
  readonly faults: Readonly<Record<string, unknown>>;
  readonly counters: Readonly<Record<string, FirehoseCounters>>;
}

/** Asks the embedded Firehose of a running program for its faults. @param faults what replaces all of them */
export async function controlDelivery(places: Places, running: Running, faults?: object): Promise<DeliveryState> {
  const url = new URL('/_control', running.urls.firehose);
  const method = faults ? 'POST' : 'GET';
  const body = faults ? JSON.stringify(faults) : '';
  const signatures = new Signatures(await openKey(places.state));
  const answer = await fetch(url, {
    method,
    headers: signatures.sign(url, { method, service: 'firehose', body }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(faults && { body }),
  });
  const state = (await answer.json()) as DeliveryState & { readonly message?: string };
  if (!answer.ok) throw new Error(state.message ?? `It has answered ${answer.status}.`);
  return state;
}
