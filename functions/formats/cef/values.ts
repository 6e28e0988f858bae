import { isIpAddress } from '../../core/events/ip-address.ts';
import { MILLISECOND, parseInstant } from '../../core/time.ts';
import { jsonBeginning } from '../json-beginning.ts';

/** Version 0 knows IPv4 addresses only in its address keys, version 1 knows both kinds. Many readers know only version 0. */
export type CefVersion = 0 | 1;

/**
 * Makes the text of a CEF value from an ECS value of any type; nothing when the key cannot hold it.
 * The text may be longer than `most`: the writer cuts it, and says so.
 */
export type Reading = (value: unknown, most: number, version: CefVersion) => string | undefined;

/** The longest event id that `externalId` holds. */
export const LONGEST_EXTERNAL_ID = 40;

/** A text, a finite number or a boolean as it is; a list of them with commas; a list of anything else as JSON. */
export const asText: Reading = (value, most) => (Array.isArray(value) ? listText(value, most, ', ') : scalar(value));

/** A list as the steps of a path, the way CEF writes categories. */
export const asPath: Reading = (value, most) => (Array.isArray(value) ? listText(value, most, '/') : scalar(value));

/** An object or a list as JSON. */
export const asJson: Reading = (value, most) =>
  typeof value === 'object' && value !== null ? jsonBeginning(value, most) : scalar(value);

/** A time in milliseconds since 1970: the one form of CEF that leaves no doubt about the zone. */
export const asTime: Reading = (value) => {
  const instant = parseInstant(value);
  return instant === undefined ? undefined : String(Math.floor(instant / MILLISECOND));
};

/** A whole number that a double holds exactly. */
export const asLong: Reading = (value) => (Number.isSafeInteger(value) ? String(value) : undefined);

/** An address of a kind that the version's address keys hold. */
export const asAddress: Reading = (value, _most, version) =>
  isAddress(value) && (version === 1 || !value.includes(':')) ? value : undefined;

/** An IPv6 address, which version 0 holds in keys of its own. */
export const asIpv6: Reading = (value, _most, version) =>
  version === 0 && isAddress(value) && value.includes(':') ? value : undefined;

/** What stands where an address is expected and is none: a range, a host name, an address with a zone. */
export const asNoAddress: Reading = (value) => (isAddress(value) ? undefined : scalar(value));

/** An id that `externalId` holds whole: half an id is none. */
export const asShortId: Reading = (value) =>
  typeof value === 'string' && value.length <= LONGEST_EXTERNAL_ID ? value : undefined;

/** An id that `externalId` does not hold. */
export const asLongId: Reading = (value) =>
  typeof value === 'string' && value.length > LONGEST_EXTERNAL_ID ? value : undefined;

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || Number.isFinite(value) ? String(value) : undefined;
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && isIpAddress(value);
}

function listText(list: readonly unknown[], most: number, separator: string): string | undefined {
  let joined: string | undefined;
  for (const item of list) {
    if (typeof item === 'object' && item !== null) return jsonBeginning(list, most);
    const text = scalar(item);
    if (text !== undefined) joined = joined === undefined ? text : joined + separator + text;
    if (joined !== undefined && joined.length > most) return joined;
  }
  return joined;
}
