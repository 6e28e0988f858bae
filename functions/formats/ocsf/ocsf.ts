import { hash } from 'node:crypto';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { OcsfVersion } from '../../core/model.ts';
import { activityOf } from './activity.ts';
import { type ClassRule, ruleOf } from './class.ts';
import { type EcsFacts, factsOf } from './facts.ts';
import { type Branch, OcsfFields } from './fields.ts';
import { metadataOf } from './metadata.ts';
import { objectsOf } from './objects.ts';
import { observablesOf } from './observables.ts';
import { severityOf } from './severity.ts';
import { TRAITS } from './versions.ts';

/** The event as one line of JSON in the shape of a version of OCSF. The first one is the newest that Amazon Security Lake takes. */
export function ocsfLine(event: EcsEvent, version: OcsfVersion = '1.3.0'): string {
  // All texts are well formed by now: no lone surrogate is left that JSON.stringify would escape.
  return JSON.stringify(ocsfEvent(event, version));
}

/**
 * The event in the shape of OCSF. A value for which its class has a field goes there; all others go to `unmapped`
 * in the shape of ECS, so that nothing is lost. A field that is undefined is missing.
 */
function ocsfEvent(event: EcsEvent, version: OcsfVersion): Branch {
  const fields = new OcsfFields(event, TRAITS[version]);
  const root = fields.branch();
  const about = fields.branch('event');
  const error = fields.branch('error');
  const facts = factsOf(about);
  const rule = ruleOf(facts, version);
  const { uid, caption, categoryUid, categoryCaption, activities } = rule.becomes;
  const activity = activityOf(rule.activities, facts);
  const severity = severityOf(root, facts.words);
  const status = STATUS[fields.textThat(isStatus, about, 'outcome') ?? 'unknown'];
  const objects = objectsOf({ uid, activity, subject: subjectOf(rule, facts) }, fields);
  const rawData = fields.text(about, 'original');
  const { hasRawDataSize, hasRawDataHash } = fields.traits;
  const hasHost = objects.device !== undefined || (objects.actor !== undefined && !rule.hasActor);
  return {
    activity_id: activity,
    activity_name: activities[activity] ?? sourceActivityName(facts, fields),
    category_uid: categoryUid,
    category_name: categoryCaption,
    class_uid: uid,
    class_name: caption,
    type_uid: uid * 100 + activity,
    type_name: `${caption}: ${activities[activity] ?? 'Other'}`,
    severity_id: severity.id,
    severity: severity.caption,
    time: fields.milliseconds(root, '@timestamp') ?? fields.milliseconds(about, 'created') ?? 0,
    start_time: fields.milliseconds(about, 'start'),
    end_time: fields.milliseconds(about, 'end'),
    status_id: status?.status_id,
    status: status?.status,
    status_code: fields.text(error, 'code'),
    status_detail: fields.text(about, 'reason') ?? fields.text(error, 'message'),
    message: fields.text(root, 'message') ?? fields.text(error, 'message'),
    metadata: metadataOf(fields, hasHost),
    ...objects,
    observables: observablesOf(objects),
    raw_data: rawData,
    raw_data_size: hasRawDataSize && rawData !== undefined ? Buffer.byteLength(rawData) : undefined,
    raw_data_hash: hasRawDataHash && rawData !== undefined ? hashOf(rawData) : undefined,
    // The last of all: what has been read by now is not repeated.
    unmapped: fields.rest(),
  };
}

/** The hash by which a reader can see later that the raw data is what was delivered. */
function hashOf(text: string): Branch {
  return { algorithm: 'SHA-256', algorithm_id: 3, value: hash('sha256', text, 'hex') };
}

/** The source's name of an activity for which the class has none. */
function sourceActivityName(facts: EcsFacts, fields: OcsfFields): string {
  return fields.text(fields.branch('event'), 'action') ?? facts.types[0] ?? facts.kind ?? 'Other';
}

/** The subject of the event, as a category of ECS. */
function subjectOf({ categories = [] }: ClassRule, facts: EcsFacts): string {
  if (facts.categories.includes('iam') && facts.types.includes('admin')) return 'admin';
  return categories.find((category) => facts.categories.includes(category)) ?? 'unknown';
}

const STATUS: Readonly<Record<string, { readonly status_id: number; readonly status: string }>> = {
  success: { status_id: 1, status: 'Success' },
  failure: { status_id: 2, status: 'Failure' },
  unknown: { status_id: 0, status: 'Unknown' },
};

function isStatus(text: string): boolean {
  return Object.hasOwn(STATUS, text);
}
