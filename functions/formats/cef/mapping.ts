import { asAddress, asIpv6, asJson, asLong, asNoAddress, asPath, asText, asTime, type Reading } from './values.ts';

/** A key of the CEF extension, and the ECS fields that it gets its value from. */
export interface CefField {
  readonly key: string;
  /** The name of a custom field, written in a second key. */
  readonly label?: string;
  /** The ECS fields: the first one with a value counts, or all of them if they are joined. */
  readonly from: readonly string[];
  readonly joined?: true;
  /** Maximum length of the value in UTF-16 units, before escaping; a longer one is cut. */
  readonly max: number;
  readonly read: Reading;
  /** The key is written only for events of this kind. */
  readonly kind?: 'pipeline_error';
  readonly remark?: string;
}

/** Maximum lengths of the kinds of keys, by the dictionary of CEF. */
const LONG = 1_023;
const CUSTOM = 4_000;
const SHORT = 63;
/** Times, numbers and addresses are always shorter. */
const NUMBER = 64;
/** The same length of an unmapped record as in a shortened event. */
const ORIGINAL = 50_000;

/**
 * Every ECS field that is written to CEF, the same for all vendors. Where CEF has no key for a field, its key is
 * `Tidemark` and the field's name. A key never changes its meaning: add rows, do not reuse them.
 */
export const CEF_MAPPING: readonly CefField[] = [
  { key: 'rt', from: ['@timestamp'], max: NUMBER, read: asTime, remark: 'when it happened' },
  { key: 'start', from: ['event.start'], max: NUMBER, read: asTime },
  { key: 'end', from: ['event.end'], max: NUMBER, read: asTime },
  { key: 'deviceCustomDate1', label: 'Read At', from: ['event.created'], max: NUMBER, read: asTime },
  { key: 'externalId', from: ['event.id'], max: 40, read: asText },
  {
    key: 'cat',
    from: ['event.category', 'event.type'],
    joined: true,
    max: LONG,
    read: asPath,
    remark: 'as in `iam/change/user`',
  },
  { key: 'act', from: ['event.action'], max: SHORT, read: asText, remark: 'whole in the Event Class ID' },
  { key: 'outcome', from: ['event.outcome'], max: SHORT, read: asText },
  { key: 'reason', from: ['event.reason', 'error.message'], max: LONG, read: asText },
  { key: 'msg', from: ['message', 'error.message'], max: LONG, read: asText },

  { key: 'suser', from: ['user.name', 'user.email', 'user.full_name'], max: LONG, read: asText, remark: 'who acts' },
  { key: 'suid', from: ['user.id'], max: LONG, read: asText },
  { key: 'sntdom', from: ['user.domain'], max: 255, read: asText },
  { key: 'spriv', from: ['user.roles'], max: LONG, read: asText },
  { key: 'TidemarkUserEmail', from: ['user.email'], max: LONG, read: asText },
  { key: 'TidemarkUserFullName', from: ['user.full_name'], max: LONG, read: asText },
  {
    key: 'duser',
    from: ['user.target.name', 'user.target.email', 'user.target.full_name'],
    max: LONG,
    read: asText,
    remark: 'who is acted upon',
  },
  { key: 'duid', from: ['user.target.id'], max: LONG, read: asText },
  { key: 'dntdom', from: ['user.target.domain'], max: 255, read: asText },
  { key: 'dpriv', from: ['user.target.roles'], max: LONG, read: asText },
  { key: 'TidemarkUserTargetEmail', from: ['user.target.email'], max: LONG, read: asText },
  { key: 'TidemarkUserTargetFullName', from: ['user.target.full_name'], max: LONG, read: asText },
  { key: 'TidemarkUserChanges', from: ['user.changes'], max: CUSTOM, read: asJson, remark: 'JSON' },
  { key: 'cs3', label: 'Group', from: ['group.name', 'group.id'], max: CUSTOM, read: asText },
  { key: 'TidemarkGroupId', from: ['group.id'], max: LONG, read: asText },

  {
    key: 'src',
    from: ['source.ip', 'source.address'],
    max: NUMBER,
    read: asAddress,
    remark: 'CEF:0 only IPv4, CEF:1 both',
  },
  {
    key: 'c6a2',
    label: 'Source IPv6 Address',
    from: ['source.ip', 'source.address'],
    max: NUMBER,
    read: asIpv6,
    remark: 'CEF:0 only',
  },
  {
    key: 'cs5',
    label: 'Source Address',
    from: ['source.address', 'source.ip'],
    max: CUSTOM,
    read: asNoAddress,
    remark: 'what is no single address: a range, a zone',
  },
  { key: 'shost', from: ['source.domain'], max: LONG, read: asText },
  { key: 'flexString1', label: 'Source City', from: ['source.geo.city_name'], max: LONG, read: asText },
  { key: 'dst', from: ['destination.ip'], max: NUMBER, read: asAddress, remark: 'CEF:0 only IPv4, CEF:1 both' },
  {
    key: 'c6a3',
    label: 'Destination IPv6 Address',
    from: ['destination.ip'],
    max: NUMBER,
    read: asIpv6,
    remark: 'CEF:0 only',
  },
  { key: 'dhost', from: ['host.hostname', 'host.name'], max: LONG, read: asText, remark: 'the machine concerned' },
  { key: 'TidemarkHostId', from: ['host.id'], max: LONG, read: asText },
  { key: 'TidemarkHostType', from: ['host.type'], max: LONG, read: asText },

  { key: 'app', from: ['network.protocol'], max: 31, read: asText },
  { key: 'request', from: ['url.full', 'url.original'], max: LONG, read: asText },
  { key: 'requestMethod', from: ['http.request.method'], max: LONG, read: asText },
  { key: 'requestClientApplication', from: ['user_agent.original'], max: LONG, read: asText },
  { key: 'fname', from: ['file.name'], max: LONG, read: asText },
  { key: 'filePath', from: ['file.path'], max: LONG, read: asText },
  { key: 'fsize', from: ['file.size'], max: NUMBER, read: asLong },

  { key: 'cs4', label: 'Organization', from: ['organization.name', 'organization.id'], max: CUSTOM, read: asText },
  { key: 'TidemarkOrganizationId', from: ['organization.id'], max: LONG, read: asText },
  { key: 'destinationServiceName', from: ['service.name'], max: LONG, read: asText },
  { key: 'sourceServiceName', from: ['event.provider'], max: LONG, read: asText },
  { key: 'deviceFacility', from: ['event.dataset'], max: LONG, read: asText },
  { key: 'deviceExternalId', from: ['tidemark.connection'], max: 255, read: asText },
  { key: 'cs1', label: 'Feed', from: ['tidemark.feed'], max: CUSTOM, read: asText },
  { key: 'cs6', label: 'Tags', from: ['tags'], max: CUSTOM, read: asText },
  { key: 'cn1', label: 'Lateness in Milliseconds', from: ['tidemark.lateness_ms'], max: NUMBER, read: asLong },
  { key: 'cn2', label: 'Vendor Severity', from: ['event.severity'], max: NUMBER, read: asLong },
  { key: 'TidemarkEventKind', from: ['event.kind'], max: LONG, read: asText },
  { key: 'TidemarkEventCode', from: ['event.code'], max: LONG, read: asText },
  { key: 'TidemarkErrorType', from: ['error.type'], max: LONG, read: asText },
  { key: 'TidemarkErrorCode', from: ['error.code'], max: LONG, read: asText },
  {
    key: 'TidemarkEventOriginal',
    from: ['event.original'],
    max: ORIGINAL,
    read: asText,
    kind: 'pipeline_error',
    remark: 'only what could not be mapped',
  },
];

/** The mapping as a table in Markdown, for the documentation. */
export function cefMappingTable(): string {
  const rows = CEF_MAPPING.map(({ key, label, from, joined, max, remark }) => {
    const fields = from.map((name) => `\`${name}\``).join(joined ? ' and ' : ', else ');
    return `| \`${key}\` | ${label ?? ''} | ${fields} | ${max === NUMBER ? '' : max} | ${remark ?? ''} |`;
  });
  return ['| CEF key | label | ECS field | at most | remark |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}
