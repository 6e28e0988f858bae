import {
  asAddress,
  asIpv6,
  asJson,
  asLong,
  asLongId,
  asNoAddress,
  asPath,
  asShortId,
  asText,
  asTime,
  type Reading,
} from './values.ts';

/** Which ECS field goes under which key of the CEF extension. */
export interface CefField {
  readonly key: string;
  /** A custom field says in a second key what it holds. */
  readonly label?: string;
  /** The ECS fields, of which the first that has a value is taken; all of them when they are joined. */
  readonly from: readonly string[];
  readonly joined?: true;
  /** The longest value in UTF-16 units, before escaping; a longer one is cut. */
  readonly most: number;
  readonly read: Reading;
  /** The key is written only for events of this kind. */
  readonly kind?: 'pipeline_error';
  readonly remark?: string;
}

/** The longest text of the kinds of keys that there are, by the dictionary of CEF. */
const LONG = 1_023;
const CUSTOM = 4_000;
const SHORT = 63;
/** Times, numbers and addresses are never as long as that. */
const NUMBER = 64;
/** As much of an unmapped record as a shortened event keeps. */
const ORIGINAL = 50_000;

/**
 * Every ECS field that CEF gets, for all vendors alike. CEF has no key for some of them: they go under keys of our own,
 * `Tidemark` and the field's name. A key never changes its meaning: add rows, do not reuse them.
 */
export const CEF_MAPPING: readonly CefField[] = [
  { key: 'rt', from: ['@timestamp'], most: NUMBER, read: asTime, remark: 'when it happened' },
  { key: 'start', from: ['event.start'], most: NUMBER, read: asTime },
  { key: 'end', from: ['event.end'], most: NUMBER, read: asTime },
  { key: 'deviceCustomDate1', label: 'Read At', from: ['event.created'], most: NUMBER, read: asTime },
  { key: 'externalId', from: ['event.id'], most: 40, read: asShortId, remark: 'ids of up to 40 characters' },
  { key: 'cs2', label: 'Event ID', from: ['event.id'], most: CUSTOM, read: asLongId, remark: 'longer ids, whole' },
  {
    key: 'cat',
    from: ['event.category', 'event.type'],
    joined: true,
    most: LONG,
    read: asPath,
    remark: 'as in `iam/change/user`',
  },
  { key: 'act', from: ['event.action'], most: SHORT, read: asText, remark: 'whole in the Event Class ID' },
  { key: 'outcome', from: ['event.outcome'], most: SHORT, read: asText },
  { key: 'reason', from: ['event.reason', 'error.message'], most: LONG, read: asText },
  { key: 'msg', from: ['message', 'error.message'], most: LONG, read: asText },

  { key: 'suser', from: ['user.name', 'user.email', 'user.full_name'], most: LONG, read: asText, remark: 'who acts' },
  { key: 'suid', from: ['user.id'], most: LONG, read: asText },
  { key: 'sntdom', from: ['user.domain'], most: 255, read: asText },
  { key: 'spriv', from: ['user.roles'], most: LONG, read: asText },
  { key: 'TidemarkUserEmail', from: ['user.email'], most: LONG, read: asText },
  { key: 'TidemarkUserFullName', from: ['user.full_name'], most: LONG, read: asText },
  {
    key: 'duser',
    from: ['user.target.name', 'user.target.email', 'user.target.full_name'],
    most: LONG,
    read: asText,
    remark: 'who is acted upon',
  },
  { key: 'duid', from: ['user.target.id'], most: LONG, read: asText },
  { key: 'dntdom', from: ['user.target.domain'], most: 255, read: asText },
  { key: 'dpriv', from: ['user.target.roles'], most: LONG, read: asText },
  { key: 'TidemarkUserTargetEmail', from: ['user.target.email'], most: LONG, read: asText },
  { key: 'TidemarkUserTargetFullName', from: ['user.target.full_name'], most: LONG, read: asText },
  { key: 'TidemarkUserChanges', from: ['user.changes'], most: CUSTOM, read: asJson, remark: 'JSON' },
  { key: 'cs3', label: 'Group', from: ['group.name', 'group.id'], most: CUSTOM, read: asText },
  { key: 'TidemarkGroupId', from: ['group.id'], most: LONG, read: asText },

  {
    key: 'src',
    from: ['source.ip', 'source.address'],
    most: NUMBER,
    read: asAddress,
    remark: 'CEF:0 only IPv4, CEF:1 both',
  },
  {
    key: 'c6a2',
    label: 'Source IPv6 Address',
    from: ['source.ip', 'source.address'],
    most: NUMBER,
    read: asIpv6,
    remark: 'CEF:0 only',
  },
  {
    key: 'cs5',
    label: 'Source Address',
    from: ['source.address', 'source.ip'],
    most: CUSTOM,
    read: asNoAddress,
    remark: 'what is no single address: a range, a zone',
  },
  { key: 'shost', from: ['source.domain'], most: LONG, read: asText },
  { key: 'flexString1', label: 'Source City', from: ['source.geo.city_name'], most: LONG, read: asText },
  { key: 'dst', from: ['destination.ip'], most: NUMBER, read: asAddress, remark: 'CEF:0 only IPv4, CEF:1 both' },
  {
    key: 'c6a3',
    label: 'Destination IPv6 Address',
    from: ['destination.ip'],
    most: NUMBER,
    read: asIpv6,
    remark: 'CEF:0 only',
  },
  { key: 'dhost', from: ['host.hostname', 'host.name'], most: LONG, read: asText, remark: 'the machine concerned' },
  { key: 'TidemarkHostId', from: ['host.id'], most: LONG, read: asText },
  { key: 'TidemarkHostType', from: ['host.type'], most: LONG, read: asText },

  { key: 'app', from: ['network.protocol'], most: 31, read: asText },
  { key: 'request', from: ['url.full', 'url.original'], most: LONG, read: asText },
  { key: 'requestMethod', from: ['http.request.method'], most: LONG, read: asText },
  { key: 'requestClientApplication', from: ['user_agent.original'], most: LONG, read: asText },
  { key: 'fname', from: ['file.name'], most: LONG, read: asText },
  { key: 'filePath', from: ['file.path'], most: LONG, read: asText },
  { key: 'fsize', from: ['file.size'], most: NUMBER, read: asLong },

  { key: 'cs4', label: 'Organization', from: ['organization.name', 'organization.id'], most: CUSTOM, read: asText },
  { key: 'TidemarkOrganizationId', from: ['organization.id'], most: LONG, read: asText },
  { key: 'destinationServiceName', from: ['service.name'], most: LONG, read: asText },
  { key: 'sourceServiceName', from: ['event.provider'], most: LONG, read: asText },
  { key: 'deviceFacility', from: ['event.dataset'], most: LONG, read: asText },
  { key: 'deviceExternalId', from: ['tidemark.connection'], most: 255, read: asText },
  { key: 'cs1', label: 'Feed', from: ['tidemark.feed'], most: CUSTOM, read: asText },
  { key: 'cs6', label: 'Tags', from: ['tags'], most: CUSTOM, read: asText },
  { key: 'cn1', label: 'Lateness in Milliseconds', from: ['tidemark.lateness_ms'], most: NUMBER, read: asLong },
  { key: 'cn2', label: 'Vendor Severity', from: ['event.severity'], most: NUMBER, read: asLong },
  { key: 'TidemarkEventKind', from: ['event.kind'], most: LONG, read: asText },
  { key: 'TidemarkEventCode', from: ['event.code'], most: LONG, read: asText },
  { key: 'TidemarkErrorType', from: ['error.type'], most: LONG, read: asText },
  { key: 'TidemarkErrorCode', from: ['error.code'], most: LONG, read: asText },
  {
    key: 'TidemarkEventOriginal',
    from: ['event.original'],
    most: ORIGINAL,
    read: asText,
    kind: 'pipeline_error',
    remark: 'only what could not be mapped',
  },
];

/** The mapping as a table in Markdown, for the documentation. */
export function cefMappingTable(): string {
  const rows = CEF_MAPPING.map(({ key, label, from, joined, most, remark }) => {
    const fields = from.map((name) => `\`${name}\``).join(joined ? ' and ' : ', else ');
    return `| \`${key}\` | ${label ?? ''} | ${fields} | ${most === NUMBER ? '' : most} | ${remark ?? ''} |`;
  });
  return ['| CEF key | label | ECS field | at most | remark |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}
