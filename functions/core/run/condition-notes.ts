import type { VisibilityReport } from '../requests/visibility.ts';
import type { ConditionName, HeldConditions } from '../stored/condition.ts';
import type { Instant, Range } from '../time.ts';

/** What a run has found out about the conditions of its feed that mean loss. */
export class ConditionNotes {
  readonly #found = new Map<ConditionName, { readonly message: string; readonly range?: Range }>();
  readonly #ended = new Set<ConditionName>();

  /** Notes that a condition holds now. */
  holds(name: ConditionName, message: string, range?: Range): void {
    this.#found.set(name, { message, ...(range && { range }) });
  }

  /** Notes that a condition does not hold any more. If it is found as well, it holds. */
  ended(name: ConditionName): void {
    this.#ended.add(name);
  }

  /** The conditions that this run has found. */
  get names(): readonly ConditionName[] {
    return [...this.#found.keys()];
  }

  /** What this run has found, as text. */
  get messages(): readonly string[] {
    return [...this.#found.values()].map(({ message }) => message);
  }

  /** The conditions that hold after this run. One of which the run says nothing stays as it was. */
  after(before: HeldConditions = {}, now: Instant): HeldConditions | undefined {
    const found = [...this.#found].map(
      ([name, what]) => [name, { since: before[name]?.since ?? now, ...what }] as const,
    );
    const kept = Object.entries(before).filter(([name]) => !this.#ended.has(name as ConditionName));
    const held = Object.fromEntries([...kept, ...found]);
    return Object.keys(held).length > 0 ? held : undefined;
  }
}

/** Notes whether the credentials see only a part of what they should see. Nothing is noted if that is not known. */
export function noteSight(conditions: ConditionNotes, { warnings, singleActorWarning }: VisibilityReport): void {
  for (const warning of warnings) conditions.holds('narrow-sight', warning);
  if (singleActorWarning === undefined) conditions.ended('narrow-sight');
}
