import { remembered } from '../../core/events/remembered.ts';
import { member, numberMember, sameAsLast, textMember } from '../json-text.ts';
import type { OcsfFields } from './fields.ts';

const UNKNOWN = 'unknown';

/** The origin of the event, as a member: the product, its log, our stable id, and when and by whom it was forwarded. */
export function metadataMember(fields: OcsfFields, hasHostProfile: boolean): string {
  const about = fields.branch('event');
  // The profile that adds actor and device to classes without them. An event without what it adds does not use it.
  const profiles = hasHostProfile ? ',"profiles":["host"]' : '';
  return [
    `,"metadata":{"version":"${fields.traits.version}"${profiles}`,
    productOf(fields),
    textMember('uid', fields.text(about, 'id')),
    eventCode(fields.text(about, 'code') ?? fields.text(about, 'action') ?? ''),
    logName(fields.text(about, 'dataset')),
    logProvider(fields.text(about, 'provider')),
    textMember('original_time', fields.text(fields.branch(), '@timestamp')),
    numberMember('logged_time', fields.milliseconds(about, 'created')),
    textMember('tenant_uid', fields.text(fields.branch('organization'), 'id')),
    member('labels', fields.texts(fields.branch(), 'tags')),
    loggersOf(fields),
    isTruncated(fields) ? ',"is_truncated":true' : '',
    '}',
  ].join('');
}

/** A log has few kinds of events. */
const eventCode = remembered((code) => textMember('event_code', code === '' ? undefined : code));
const logName = sameAsLast((dataset: string | undefined) => textMember('log_name', dataset));
const logProvider = sameAsLast((provider: string | undefined) => textMember('log_provider', provider));

function isTruncated(fields: OcsfFields): boolean {
  return fields.traits.hasTruncation && fields.isTrue(fields.branch('tidemark'), 'shortened');
}

/** OCSF requires a product to have a vendor and a name. */
function productOf(fields: OcsfFields): string {
  const tidemark = fields.branch('tidemark');
  const vendor = fields.text(tidemark, 'vendor') ?? UNKNOWN;
  const name = fields.text(tidemark, 'product') ?? UNKNOWN;
  return productMember(vendor, name);
}

function loggersOf(fields: OcsfFields): string {
  const observer = fields.branch('observer');
  const name = fields.text(observer, 'product');
  const vendor = fields.text(observer, 'vendor');
  return name === undefined || vendor === undefined ? '' : loggersMember(vendor, name);
}

const productMember = sameAsLast((vendor_name: string, name: string) => member('product', { vendor_name, name }));
const loggersMember = sameAsLast((vendor_name: string, name: string) =>
  member('loggers', [{ name, product: { vendor_name, name } }]),
);
