import { hash } from 'node:crypto';
import type { EcsEvent } from '../../core/ecs-event.ts';
import type { OcsfVersion } from '../../core/model.ts';
import { member, numberMember, textMember } from '../json-text.ts';
import { kindOf } from './facts.ts';
import { type Branch, OcsfFields } from './fields.ts';
import { type Judgement, judge } from './judgement.ts';
import { metadataMember } from './metadata.ts';
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
  return [head, ...membersOf(fields, judgement), '}'].join('');
}

/** The members of the event after its head. */
function membersOf(fields: OcsfFields, { rule, activity, subject }: Judgement): string[] {
  const root = fields.branch();
  const about = fields.branch('event');
  const error = fields.branch('error');
  const status = STATUS[fields.textThat(isStatus, about, 'outcome') ?? 'unknown'];
  const objects = objectsOf({ uid: rule.becomes.uid, activity, subject }, fields);
  const hasHost = objects.device !== undefined || (objects.actor !== undefined && !rule.hasActor);
  return [
    numberMember('time', fields.milliseconds(root, '@timestamp') ?? fields.milliseconds(about, 'created') ?? 0),
    numberMember('start_time', fields.milliseconds(about, 'start')),
    numberMember('end_time', fields.milliseconds(about, 'end')),
    status ?? '',
    textMember('status_code', fields.text(error, 'code')),
    textMember('status_detail', fields.text(about, 'reason') ?? fields.text(error, 'message')),
    textMember('message', fields.text(root, 'message') ?? fields.text(error, 'message')),
    metadataMember(fields, hasHost),
    objectMembers({ ...objects, observables: observablesOf(objects) }),
    rawDataMembers(fields, fields.text(about, 'original')),
    // The last of all: what has been read by now is not repeated.
    restMember(fields.rest()),
  ];
}

/** All objects as members, written at once. */
function objectMembers(objects: Branch): string {
  const text = JSON.stringify(objects);
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
}

function restMember(rest: string | undefined): string {
  return rest === undefined ? '' : `,"unmapped":${rest}`;
}

/** The vendor's record, and what proves later that it is the same. */
function rawDataMembers({ traits }: OcsfFields, text: string | undefined): string {
  if (text === undefined) return '';
  const size = traits.hasRawDataSize ? Buffer.byteLength(text) : undefined;
  const fingerprint = traits.hasRawDataHash
    ? { algorithm: 'SHA-256', algorithm_id: 3, value: hash('sha256', text, 'hex') }
    : undefined;
  return textMember('raw_data', text) + numberMember('raw_data_size', size) + member('raw_data_hash', fingerprint);
}

/** The members that say how it ended. */
const STATUS: Readonly<Record<string, string>> = {
  success: ',"status_id":1,"status":"Success"',
  failure: ',"status_id":2,"status":"Failure"',
  unknown: ',"status_id":0,"status":"Unknown"',
};

function isStatus(text: string): boolean {
  return Object.hasOwn(STATUS, text);
}
