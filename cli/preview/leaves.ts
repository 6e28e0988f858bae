import { isDeeper } from '../../functions/core/events/depth.ts';
import { isObject } from '../../functions/core/events/is-object.ts';

/** Marks that the rest of a way leads into JSON that the record holds as a text. */
const IN_TEXT: unique symbol = Symbol('in the text');

/** A key of an object, a place in a list, or the way into a text. */
type Step = string | number | typeof IN_TEXT;

/** A value of a record that is neither an object nor a list. */
export interface Leaf {
  /** `resources[0].name`. JSON in a text is written as if it were no text. */
  readonly path: string;
  readonly value: unknown;
  readonly steps: readonly Step[];
}

/** The path of a whole record. */
export const WHOLE = '$';

/** Texts that are longer are not looked into. */
const LONGEST_JSON = 200_000;
const BEGINS_JSON = /^\s*[[{]/;
const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** The values of a record, those near its top first. */
export function* leavesOf(record: unknown): Generator<Leaf> {
  const waiting: Leaf[] = [{ path: WHOLE, value: record, steps: [] }];
  for (let at = 0; at < waiting.length; at++) {
    const branch = waiting[at] as Leaf;
    const inside = contentOf(branch.value);
    if (!inside) {
      // An empty object or list holds no value.
      if (typeof branch.value !== 'object' || branch.value === null) yield branch;
      continue;
    }
    const steps: readonly Step[] = inside === branch.value ? branch.steps : [...branch.steps, IN_TEXT];
    const isList = Array.isArray(inside);
    for (const key in inside) {
      if (!Object.hasOwn(inside, key)) continue;
      const step = isList ? Number(key) : key;
      const value = (inside as Readonly<Record<string, unknown>>)[key];
      waiting.push({ path: join(branch.path, step), value, steps: [...steps, step] });
    }
  }
}

/** The object or list that a value is, or that its text holds. Undefined if there is nothing in it. */
export function contentOf(value: unknown): object | undefined {
  const content = typeof value === 'string' ? jsonIn(value) : value;
  const isFull = (isObject(content) || Array.isArray(content)) && Object.keys(content).length > 0;
  return isFull ? (content as object) : undefined;
}

function jsonIn(text: string): unknown {
  if (text.length > LONGEST_JSON || !BEGINS_JSON.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The path of a value inside of another one. */
export function join(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  if (!PLAIN_KEY.test(step)) return `${path === WHOLE ? '' : path}[${JSON.stringify(step)}]`;
  return path === WHOLE ? step : `${path}.${step}`;
}

/** The record with another value at the place of a leaf. Undefined removes it. */
export function withLeaf(record: unknown, { steps }: Leaf, value: unknown): unknown {
  return replaced(record, steps, value);
}

function replaced(branch: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value;
  if (step === IN_TEXT) return JSON.stringify(replaced(JSON.parse(branch as string), rest, value));
  if (Array.isArray(branch)) {
    return branch.map((item: unknown, at) => (at === step ? (replaced(item, rest, value) ?? null) : item));
  }
  const copy = { ...(branch as Readonly<Record<string, unknown>>) };
  const inner = replaced(copy[step], rest, value);
  if (inner === undefined) delete copy[step];
  // An assignment to __proto__ would add no key.
  else Object.defineProperty(copy, step, { value: inner, writable: true, enumerable: true, configurable: true });
  return copy;
}
