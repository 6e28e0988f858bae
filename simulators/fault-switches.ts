/** Type of a value; a `?` at the end means that it may be left out. */
type Kind = 'number' | 'text' | 'flag' | 'number?' | 'text?' | 'flag?';

/** Describes a fault in words, and its value: one value, or named fields of which the first may be given alone. */
export interface FaultShape {
  readonly words: string;
  readonly is: Kind | Readonly<Record<string, Kind>>;
  readonly choices?: readonly string[];
  /** Several of the choices may be given, with commas. */
  readonly isList?: true;
}

/** Describes each of the faults of `F`. */
export type FaultShapes<F> = { readonly [Name in keyof Required<F>]: FaultShape };

/** A fault that strikes the next `next` times, counting down, or each `every`-th time, for ever. */
interface CountedFault {
  next?: number;
  every?: number;
}

type CountedName<F> = { [Name in keyof F]-?: NonNullable<F[Name]> extends CountedFault ? Name : never }[keyof F];

/** The faults of a simulator that are switched on. */
export interface Switches<F> {
  readonly faults: F;
  /** Replaces all faults; throws if this simulator does not have one of them. */
  set(faults: unknown): void;
  /** Restores the faults of the start. */
  reset(): void;
  /** Returns a counted fault if it strikes this time; counts the time. */
  strikes<Name extends CountedName<F>>(name: Name): F[Name] | undefined;
}

/** Switches on the faults that a simulator starts with. @param shapes all faults that it has */
export function createSwitches<F extends object>(initial: F, shapes: FaultShapes<F>): Switches<F> {
  let faults = readFaults(initial, shapes);
  /** How many times each fault could have struck. */
  const passed = new Map<keyof F, number>();
  return {
    get faults() {
      return faults;
    },
    set(replacement) {
      faults = readFaults(replacement, shapes);
      passed.clear();
    },
    reset() {
      faults = readFaults(initial, shapes);
      passed.clear();
    },
    strikes(name) {
      const fault = faults[name] as (CountedFault & F[typeof name]) | undefined;
      if (!fault) return undefined;
      if (fault.next !== undefined && fault.next > 0) {
        fault.next--;
        return fault;
      }
      if (!fault.every) return undefined;
      const count = (passed.get(name) ?? 0) + 1;
      passed.set(name, count);
      return count % fault.every === 0 ? fault : undefined;
    },
  };
}

/** Checks faults that come from outside; throws an error that names the mistake. */
export function readFaults<F>(value: unknown, shapes: FaultShapes<F>): F {
  if (!isRecord(value)) throw new Error('Faults are a JSON object, for example {"throttle":{"next":3}}.');
  const known = new Map<string, FaultShape>(Object.entries(shapes));
  for (const [name, given] of Object.entries(value)) {
    const shape = known.get(name);
    if (!shape) throw new Error(`This simulator has no fault "${name}". It has: ${[...known.keys()].join(', ')}.`);
    checkFault(name, shape, given);
  }
  return structuredClone(value) as F;
}

function checkFault(name: string, shape: FaultShape, given: unknown): void {
  if (typeof shape.is === 'string') {
    checkValue(name, shape.is, given);
    const named = shape.isList ? String(given).split(',') : [given as string];
    if (shape.choices && !named.every((one) => shape.choices?.includes(one)))
      throw new Error(`${name} is one of: ${shape.choices.join(', ')}.`);
    return;
  }
  const fields = shape.is;
  const list = Object.keys(fields).join(', ');
  if (!isRecord(given) || Object.keys(given).length === 0) throw new Error(`${name} is an object with: ${list}.`);
  for (const field of Object.keys(given)) {
    if (!Object.hasOwn(fields, field)) throw new Error(`${name} has no field "${field}". It has: ${list}.`);
  }
  for (const [field, kind] of Object.entries(fields)) checkValue(`${name}.${field}`, kind, given[field]);
}

const TYPES = { number: 'number', text: 'string', flag: 'boolean' } as const;

function checkValue(name: string, kind: Kind, value: unknown): void {
  if (value === undefined && kind.endsWith('?')) return;
  const wanted = TYPES[kind.replace('?', '') as keyof typeof TYPES];
  if (typeof value !== wanted || Number.isNaN(value)) throw new Error(`${name} must be a ${wanted}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
