import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { CONTROL_HEADER, DEMO_PORTS } from '../../../local/demo.ts';
import { readState } from '../../../local/world.ts';
import { CONTROL_PATH } from '../../../simulators/control-access.ts';
import type { FaultShape } from '../../../simulators/fault-switches.ts';
import { findSimulator } from '../../../simulators/find-simulator.ts';
import type { Simulator } from '../../../simulators/simulator.ts';
import type { FaultField, FaultView, SimulatorView } from '../api-types.ts';
import { type Place, titleOf } from './place.ts';

const TIMEOUT_MS = 5_000;

/** A simulator that the feeds read from, and the header that its control takes. */
interface Controlled {
  readonly simulator: Simulator;
  readonly origin: string;
  readonly authorization: string;
}

/** The answer of a simulator's control. */
interface ControlState {
  readonly faults: Readonly<Record<string, unknown>>;
  readonly counters: NonNullable<SimulatorView['counters']>;
}

/** The shipped simulators of a state directory. Empty if real vendors are configured. */
async function controlledBy({ config, places }: Place): Promise<Controlled[]> {
  if (!places) return [];
  const ports = (await readState<Record<string, number>>(places, DEMO_PORTS)) ?? {};
  const header = await readFile(join(places.state, CONTROL_HEADER), 'utf8').catch(() => '');
  const authorization = /^authorization: (.+)$/m.exec(header)?.[1];
  if (authorization === undefined) return [];
  const found = await Promise.all(
    config.connections.map(async ({ source, origin }) => {
      const { protocol, hostname, port, origin: base } = new URL(origin);
      // The header is shown to nobody but a simulator that this state directory has started.
      if (protocol !== 'http:' || hostname !== '127.0.0.1' || Number(port) !== ports[source]) return undefined;
      const simulator = await findSimulator(source);
      return simulator && { simulator, origin: base, authorization };
    }),
  );
  return found.filter((each) => each !== undefined);
}

export async function hasSimulators(place: Place): Promise<boolean> {
  return (await controlledBy(place)).length > 0;
}

export async function listSimulators(place: Place): Promise<SimulatorView[]> {
  const controlled = await controlledBy(place);
  return await Promise.all(controlled.map((each) => viewOf(place, each)));
}

/** Sets one fault, or ends it with null. */
export async function setFault(place: Place, id: string, name: string, value: unknown): Promise<void> {
  const controlled = await find(place, id);
  if (!Object.hasOwn(controlled.simulator.faults, name))
    throw wrong(`This simulator has no fault ${JSON.stringify(name.slice(0, 100))}.`);
  await ask(controlled, 'PATCH', '', { [name]: value });
}

/** Ends all faults and counts from zero. */
export async function resetSimulator(place: Place, id: string): Promise<void> {
  await ask(await find(place, id), 'POST', '/reset');
}

async function find(place: Place, id: string): Promise<Controlled> {
  const found = (await controlledBy(place)).find(({ simulator }) => simulator.id === id);
  if (found) return found;
  throw wrong(`There is no simulator ${JSON.stringify(id.slice(0, 100))} here.`);
}

async function viewOf(place: Place, controlled: Controlled): Promise<SimulatorView> {
  const { simulator, origin } = controlled;
  const common = { id: simulator.id, title: titleOf(place, simulator.id), origin };
  const state = await ask(controlled, 'GET', '').catch((thrown: unknown) => (thrown as Error).message);
  if (typeof state === 'string') return { ...common, faults: [], problem: state };
  const faults = Object.entries(simulator.faults).map(([name, shape]) => faultOf(name, shape, state.faults[name]));
  return { ...common, faults, counters: state.counters };
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

async function ask(
  { origin, authorization }: Controlled,
  method: string,
  path: string,
  body?: object,
): Promise<ControlState> {
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
