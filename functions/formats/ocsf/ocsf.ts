import { hash } from 'node:crypto';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { OcsfVersion } from '../../core/model.ts';
import { kindOf } from './facts.ts';
import { type Branch, OcsfFields } from './fields.ts';
import { type Judgement, judge } from './judgement.ts';
import { metadataOf } from './metadata.ts';
import { objectsOf } from './objects.ts';
import { observablesOf } from './observables.ts';
import { TRAITS } from './versions.ts';

/**
 * The event as one line of JSON in the shape of a version of OCSF. The first one is the newest that Amazon Security Lake takes.
 *
 * A value for which its class has a field goes there; all others go to `unmapped` in the shape of ECS, so that nothing is lost. A field
 * that is undefined is missing.
 */
export function ocsfLine(event: EcsEvent, version: OcsfVersion = '1.3.0'): string {
  const fields = new OcsfFields(event, TRAITS[version]);
  const about = fields.branch('event');
  const judgement = judge(kindOf(about), version);
  const head = judgement.head ?? judgement.headWith(fields.text(about, 'action') ?? judgement.otherName);
  // All texts are well formed by now: no lone surrogate is left that JSON.stringify would escape.
  return `${head},${JSON.stringify(fieldsAfterHead(fields, judgement)).slice(1)}`;
}

function fieldsAfterHead(fields: OcsfFields, { rule, activity, subject }: Judgement): Branch {
  const root = fields.branch();
  const about = fields.branch('event');
  const error = fields.branch('error');
  const status = STATUS[fields.textThat(isStatus, about, 'outcome') ?? 'unknown'];
  const objects = objectsOf({ uid: rule.becomes.uid, activity, subject }, fields);
  const hasHost = objects.device !== undefined || (objects.actor !== undefined && !rule.hasActor);
  return {
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
    ...rawDataOf(fields, fields.text(about, 'original')),
    // The last of all: what has been read by now is not repeated.
    unmapped: fields.rest(),
  };
}

/** The vendor's record, and what proves later that it is the same. */
function rawDataOf({ traits }: OcsfFields, text: string | undefined): Branch {
  if (text === undefined) return {};
  return {
    raw_data: text,
    raw_data_size: traits.hasRawDataSize ? Buffer.byteLength(text) : undefined,
    raw_data_hash: traits.hasRawDataHash
      ? { algorithm: 'SHA-256', algorithm_id: 3, value: hash('sha256', text, 'hex') }
      : undefined,
  };
}

const STATUS: Readonly<Record<string, { readonly status_id: number; readonly status: string }>> = {
  success: { status_id: 1, status: 'Success' },
  failure: { status_id: 2, status: 'Failure' },
  unknown: { status_id: 0, status: 'Unknown' },
};

function isStatus(text: string): boolean {
  return Object.hasOwn(STATUS, text);
}
