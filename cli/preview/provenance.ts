import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { changesOf } from './changes.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { leavesOf, WHOLE, withLeaf } from './leaves.ts';

/** A field is made from the values at these paths of the record, or it has the same value for all records. */
export type Rule = readonly string[] | 'constant';

/** What the fields of a record's events are made from. */
export interface Provenance {
  /** For each event of the record, its fields by their names. Of a record that is too large, only those whose origin was found. */
  readonly rules: readonly Readonly<Record<string, Rule>>[];
  /** The paths of values that no field was made from. They are in `event.original` only. */
  readonly unmapped: readonly string[];
  /** Number of values that were not looked at, because the record has too many or is too large. */
  readonly notExamined: number;
}

/** A record, and the way to its events. */
export interface Examined {
  readonly value: unknown;
  /** Number of characters of its text. */
  readonly size: number;
  /** Whether the id of an event is made from all of its record. */
  readonly isIdOfWhole: boolean;
  /** Makes the events of the record, or of one that differs from it. */
  make(value: unknown): readonly EcsEvent[];
}

/** Maximum number of values that are changed. */
const MAX_LEAVES = 1_000;
/** Maximum number of characters of all changed records together: about a second of work. */
const MAX_CHARACTERS = 20_000_000;
/** Number of ways in which a value is changed, at most. */
const WAYS = 6;

/** The record's exact text, and the time of reading. */
const ORIGINAL = 'event.original';
const CREATED = 'event.created';
const ID = 'event.id';
const KIND = 'event.kind';
const FAILED = JSON.stringify('pipeline_error');

/**
 * Finds out what fields are made from without any knowledge of the mapping: changes one value of the record after the other, and
 * looks which fields change.
 */
export function findProvenance({ value, size, isIdOfWhole, make }: Examined): Provenance {
  const effects = make(value).map((event) => new Effects(fieldsOf(event)));
  const most = Math.min(MAX_LEAVES, Math.floor(MAX_CHARACTERS / (size * WAYS + 1)));
  const unmapped: string[] = [];
  let leaves = 0;
  for (const leaf of leavesOf(value)) {
    if (++leaves > most) continue;
    let isMapped = false;
    for (const other of changesOf(leaf.value)) {
      const after = make(withLeaf(value, leaf, other)).map(fieldsOf);
      for (const [at, effect] of effects.entries()) if (effect.observe(leaf.path, after[at])) isMapped = true;
    }
    if (!isMapped) unmapped.push(leaf.path);
  }
  const whole = new Set(isIdOfWhole ? [ORIGINAL, ID] : [ORIGINAL]);
  const notExamined = Math.max(0, leaves - most);
  return { rules: effects.map((effect) => effect.rules(whole, notExamined === 0)), unmapped, notExamined };
}

/** The paths whose change changes a field, and whether it only goes away then. */
type Paths = Map<string, 'changes' | 'goes'>;

/** What changes of the record do to one of its events. */
class Effects {
  readonly #before: Fields;
  readonly #paths = new Map<string, Paths>();

  constructor(before: Fields) {
    this.#before = before;
  }

  /** Notes which fields differ in the event of a changed record. Returns whether any does that says something about the mapping. */
  observe(path: string, after: Fields | undefined): boolean {
    // Without this event, or without a mapping, all fields go: that says nothing about each of them.
    if (!after) return true;
    if (after.get(KIND) === FAILED && this.#before.get(KIND) !== FAILED) {
      this.#note(KIND, path, 'changes');
      return true;
    }
    let hasEffect = false;
    for (const [name, value] of this.#before) {
      if (name === ORIGINAL || name === CREATED || after.get(name) === value) continue;
      this.#note(name, path, after.has(name) ? 'changes' : 'goes');
      hasEffect = true;
    }
    // A value that is not used as it is may make another field when it is something else.
    return hasEffect || [...after.keys()].some((name) => !this.#before.has(name));
  }

  #note(name: string, path: string, how: 'changes' | 'goes'): void {
    const paths = this.#paths.get(name) ?? new Map();
    this.#paths.set(name, paths);
    if (how === 'changes' || !paths.has(path)) paths.set(path, how);
  }

  /**
   * @param whole the fields that are made from the whole record
   * @param isComplete whether all values were looked at: only then is a field constant that none of them has changed
   */
  rules(whole: ReadonlySet<string>, isComplete: boolean): Readonly<Record<string, Rule>> {
    const rules: [string, Rule][] = [];
    for (const name of this.#before.keys()) {
      const paths = whole.has(name) ? [WHOLE] : this.#pathsOf(name);
      if (paths.length > 0) rules.push([name, paths]);
      else if (isComplete || name === CREATED) rules.push([name, 'constant']);
    }
    return Object.fromEntries(rules);
  }

  /** The paths that a field's value comes from stand before those that only decide whether there is the field. */
  #pathsOf(name: string): readonly string[] {
    const paths = [...(this.#paths.get(name) ?? [])];
    return ['changes', 'goes'].flatMap((how) => paths.filter(([, one]) => one === how).map(([path]) => path));
  }
}
