import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { controlDelivery, DELIVERY_FAULTS } from '../../../local/delivery-control.ts';
import { CONTROL_HEADER, DEMO_PORTS } from '../../../local/demo.ts';
import { findRunning, type Places, readState } from '../../../local/world.ts';
import { CONTROL_PATH } from '../../../simulators/control-access.ts';
import type { FaultShape } from '../../../simulators/fault-switches.ts';
import { findSimulator } from '../../../simulators/find-simulator.ts';
import type { FaultField, FaultView, SimulatorView } from '../api-types.ts';
import { type Place, titleOf } from './place.ts';

const TIMEOUT_MS = 5_000;
const DELIVERY = { id: 'delivery', title: 'Delivery (Firehose)' };

/** Something simulated that can be made to fail: a vendor that the feeds read from, or the delivery of their events. */
interface Controlled {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  readonly shapes: Readonly<Record<string, FaultShape>>;
  state(): Promise<ControlState>;
  /** Sets one fault, or ends it with null. */
  set(name: string, value: unknown): Promise<unknown>;
  reset(): Promise<unknown>;
}

/** What is on, and what it has done. */
interface ControlState {
  readonly faults: Readonly<Record<string, unknown>>;
  readonly counters: NonNullable<SimulatorView['counters']>;
}

/** Everything simulated of a state directory. Empty if only one real vendor is configured: its events must not meet faults. */
async function controlledBy(place: Place): Promise<Controlled[]> {
  const { config, places } = place;
  if (!places) return [];
  const vendors = await controlledVendors(place, places);
  if (vendors.length === 0 || vendors.length < config.connections.length) return vendors;
  const delivery = await controlledDelivery(places);
  return delivery ? [...vendors, delivery] : vendors;
}

async function controlledVendors(place: Place, places: Places): Promise<Controlled[]> {
  const ports = (await readState<Record<string, number>>(places, DEMO_PORTS)) ?? {};
  const header = await readFile(join(places.state, CONTROL_HEADER), 'utf8').catch(() => '');
  const authorization = /^authorization: (.+)$/m.exec(header)?.[1];
  if (authorization === undefined) return [];
  const found = await Promise.all(
    place.config.connections.map(async ({ source, origin }) => {
      const { protocol, hostname, port, origin: base } = new URL(origin);
      // The header is shown to nobody but a simulator that this state directory has started.
      if (protocol !== 'http:' || hostname !== '127.0.0.1' || Number(port) !== ports[source]) return undefined;
      const simulator = await findSimulator(source);
      if (!simulator) return undefined;
      const { id, faults: shapes } = simulator;
      const asked = (method: string, path: string, body?: object) =>
        ask({ origin: base, authorization, method, path, body });
      return {
        id,
        title: titleOf(place, id),
        origin: base,
        shapes,
        state: async () => await asked('GET', ''),
        set: async (name: string, value: unknown) => await asked('PATCH', '', { [name]: value }),
        reset: async () => await asked('POST', '/reset'),
      };
    }),
  );
  return found.filter((each) => each !== undefined);
}

/** The embedded Firehose of the program that works in this state directory. */
async function controlledDelivery(places: Places): Promise<Controlled | undefined> {
  const running = await findRunning(places);
  if (!running) return undefined;
  const state = async () => await controlDelivery(places, running);
  return {
    ...DELIVERY,
    origin: running.urls.firehose,
    shapes: DELIVERY_FAULTS,
    state: async () => {
      const { faults, counters } = await state();
      const total = (of: 'calls' | 'records' | 'refused') =>
        Object.values(counters).reduce((sum, each) => sum + each[of], 0);
      const left = Object.fromEntries(Object.entries(faults).filter(([, value]) => value !== 0));
      const counted = {
        requests: total('calls'),
        rowsServed: total('records'),
        byStatus: { refused: total('refused') },
      };
      return { faults: left, counters: counted };
    },
    set: async (name, value) => {
      const { [name]: _, ...others } = (await state()).faults;
      const faults = value === null ? others : { ...others, [name]: value };
      await controlDelivery(places, running, faults).catch((thrown: unknown) => {
        throw wrong((thrown as Error).message);
      });
    },
    reset: async () => await controlDelivery(places, running, {}),
  };
}

export async function hasSimulators(place: Place): Promise<boolean> {
  return place.places !== undefined && (await controlledVendors(place, place.places)).length > 0;
}

export async function listSimulators(place: Place): Promise<SimulatorView[]> {
  return await Promise.all((await controlledBy(place)).map(viewOf));
}

/** Sets one fault, or ends it with null. */
export async function setFault(place: Place, id: string, name: string, value: unknown): Promise<void> {
  const controlled = await find(place, id);
  if (!Object.hasOwn(controlled.shapes, name))
    throw wrong(`This simulator has no fault ${JSON.stringify(name.slice(0, 100))}.`);
  await controlled.set(name, value);
}

/** Ends all faults; a simulated vendor also counts from zero. */
export async function resetSimulator(place: Place, id: string): Promise<void> {
  await (await find(place, id)).reset();
}

async function find(place: Place, id: string): Promise<Controlled> {
  const found = (await controlledBy(place)).find((each) => each.id === id);
  if (found) return found;
  throw wrong(`There is no simulator ${JSON.stringify(id.slice(0, 100))} here.`);
}

async function viewOf({ id, title, origin, shapes, ...controlled }: Controlled): Promise<SimulatorView> {
  const state = await controlled.state().catch((thrown: unknown) => (thrown as Error).message);
  if (typeof state === 'string') return { id, title, origin, faults: [], problem: state };
  const faults = Object.entries(shapes).map(([name, shape]) => faultOf(name, shape, state.faults[name]));
  return { id, title, origin, faults, counters: state.counters };
}

function faultOf(name: string, shape: FaultShape, value: unknown): FaultView {
  const single = typeof shape.is === 'string';
  const kinds = typeof shape.is === 'string' ? { [name]: shape.is } : shape.is;
  const fields = Object.entries(kinds).map(
    ([field, kind]): FaultField => ({
      name: field,
      kind: kind.replace('?', '') as FaultField['kind'],
      optional: kind.endsWith('?'),
      ...(shape.choices && { choices: shape.choices }),
      isList: shape.isList ?? false,
    }),
  );
  return { name, words: shape.words, fields, single, ...(value !== undefined && { value }) };
}

interface Asked {
  readonly origin: string;
  readonly authorization: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
}

async function ask({ origin, authorization, method, path, body }: Asked): Promise<ControlState> {
  const answer = await fetch(`${origin}${CONTROL_PATH}${path}`, {
    method,
    headers: { authorization },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body && { body: JSON.stringify(body) }),
  }).catch((thrown: unknown) => {
    throw new TidemarkError({
      code: 'failing',
      stage: 'receiving',
      message: `The simulator at ${origin} does not answer: ${(thrown as Error).message}`,
      remedy: 'It ends together with tidemark run. Start that again.',
      cause: thrown,
    });
  });
  const state = (await answer.json()) as ControlState & { readonly error?: string };
  if (!answer.ok) throw wrong(state.error ?? `The simulator has answered ${answer.status}.`);
  return state;
}

function wrong(message: string): TidemarkError {
  const remedy = 'Correct the value, or load the page again.';
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
