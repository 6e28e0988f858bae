import { remembered } from '../../core/events/remembered.ts';
import type { OcsfVersion } from '../../core/model.ts';
import { activityOf } from './activity.ts';
import { type ClassRule, ruleOf, type VersionRule } from './class.ts';
import { type EcsFacts, factsIn, type KindOfEvent } from './facts.ts';
import { severityOf } from './severity.ts';
import { byVersion } from './versions.ts';

/** What follows from the kind of an event alone. */
export interface Judgement {
  readonly rule: VersionRule;
  readonly activity: number;
  /** What the event is about, as a category of ECS. */
  readonly subject: string;
  /** The name of an activity for which the class has none, if the event has no action that names it. */
  readonly otherName: string;
  /** The fields with which the event begins, as JSON without the last brace, with the name of the activity. */
  headWith(activityName: string): string;
  /** The same with the class's own name of the activity. Undefined if the class has none. */
  readonly head: string | undefined;
}

/** What follows from the kind of an event. A log has few kinds, so it is mostly found out once for each action. */
export function judge(kind: KindOfEvent, version: OcsfVersion): Judgement {
  const last = LAST[version](kind.action);
  if (!last.kind || !isSameKind(kind, last.kind)) {
    last.kind = kind;
    last.judgement = judgementOf(factsIn(kind), version);
  }
  return last.judgement as Judgement;
}

/** The last kind of event with an action, and what followed from it. */
const LAST = byVersion(() => remembered((): { kind?: KindOfEvent; judgement?: Judgement } => ({})));

/** @param other has the same action */
function isSameKind(kind: KindOfEvent, other: KindOfEvent): boolean {
  return (
    kind.kind === other.kind &&
    kind.hasFailed === other.hasFailed &&
    kind.isSelfEvent === other.isSelfEvent &&
    isSameList(kind.categories, other.categories) &&
    isSameList(kind.types, other.types)
  );
}

function isSameList(list: readonly string[], other: readonly string[]): boolean {
  return list.length === other.length && list.every((item, at) => item === other[at]);
}

function judgementOf(facts: EcsFacts, version: OcsfVersion): Judgement {
  const rule = ruleOf(facts, version);
  const activity = activityOf(rule.activities, facts);
  const severity = severityOf(facts);
  const { uid, caption, categoryUid, categoryCaption, activities } = rule.becomes;
  const headWith = (name: string) =>
    JSON.stringify({
      activity_id: activity,
      activity_name: name,
      category_uid: categoryUid,
      category_name: categoryCaption,
      class_uid: uid,
      class_name: caption,
      type_uid: uid * 100 + activity,
      type_name: `${caption}: ${activities[activity] ?? 'Other'}`,
      severity_id: severity.id,
      severity: severity.caption,
    }).slice(0, -1);
  const name = activities[activity];
  const otherName = facts.types[0] ?? facts.kind ?? 'Other';
  return {
    rule,
    activity,
    subject: subjectOf(rule, facts),
    otherName,
    headWith,
    head: name === undefined ? undefined : headWith(name),
  };
}

/** The subject of the event, as a category of ECS. */
function subjectOf({ categories = [] }: ClassRule, facts: EcsFacts): string {
  if (facts.categories.includes('iam') && facts.types.includes('admin')) return 'admin';
  return categories.find((category) => facts.categories.includes(category)) ?? 'unknown';
}
