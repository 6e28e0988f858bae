import type { Branch, OcsfFields } from './fields.ts';

const UNKNOWN = 'unknown';

/** The origin of the event: the product, its log, our stable id, and when and by whom it was forwarded. */
export function metadataOf(fields: OcsfFields, hasHostProfile: boolean): Branch {
  const about = fields.branch('event');
  return {
    version: fields.traits.version,
    // The profile that adds actor and device to classes without them. An event without what it adds does not use it.
    ...(hasHostProfile && { profiles: ['host'] }),
    product: productOf(fields),
    uid: fields.text(about, 'id'),
    event_code: fields.text(about, 'code') ?? fields.text(about, 'action'),
    log_name: fields.text(about, 'dataset'),
    log_provider: fields.text(about, 'provider'),
    original_time: fields.text(fields.branch(), '@timestamp'),
    logged_time: fields.milliseconds(about, 'created'),
    tenant_uid: fields.text(fields.branch('organization'), 'id'),
    labels: fields.texts(fields.branch(), 'tags'),
    loggers: loggersOf(fields),
    is_truncated: isTruncated(fields) ? true : undefined,
  };
}

function isTruncated(fields: OcsfFields): boolean {
  return fields.traits.hasTruncation && fields.isTrue(fields.branch('tidemark'), 'shortened');
}

/** OCSF requires a product to have a vendor and a name. */
function productOf(fields: OcsfFields): Branch {
  const tidemark = fields.branch('tidemark');
  return {
    vendor_name: fields.text(tidemark, 'vendor') ?? UNKNOWN,
    name: fields.text(tidemark, 'product') ?? UNKNOWN,
  };
}

function loggersOf(fields: OcsfFields): readonly Branch[] | undefined {
  const observer = fields.branch('observer');
  const name = fields.text(observer, 'product');
  const vendor = fields.text(observer, 'vendor');
  return name === undefined || vendor === undefined ? undefined : [{ name, product: { vendor_name: vendor, name } }];
}
