import { isIpAddress } from '../../core/events/ip-address.ts';
import { MILLISECOND, parseInstant } from '../../core/time.ts';
import { jsonBeginning } from '../json-beginning.ts';

/** The address keys of version 0 take only IPv4, those of version 1 both kinds. Many readers know only version 0. */
export type CefVersion = 0 | 1;

/**
 * Makes the text of a CEF value from an ECS value of any type; undefined if the key cannot hold it.
 * The text may be longer than `max`: then the writer cuts it and notes that.
 */
export type Reading = (value: unknown, max: number, version: CefVersion) => string | undefined;

/** A text, a finite number or a boolean as it is; a list of them with commas; a list of anything else as JSON. */
export const asText: Reading = (value, max) => (Array.isArray(value) ? listText(value, max, ', ') : scalar(value));

/** A list as the steps of a path: CEF's way to write categories. */
export const asPath: Reading = (value, max) => (Array.isArray(value) ? listText(value, max, '/') : scalar(value));

/** An object or a list as JSON. */
export const asJson: Reading = (value, max) =>
  typeof value === 'object' && value !== null ? jsonBeginning(value, max) : scalar(value);

/** A time in milliseconds since 1970: CEF's only form in which the time zone is not in doubt. */
export const asTime: Reading = (value) => {
  const instant = parseInstant(value);
  return instant === undefined ? undefined : String(Math.floor(instant / MILLISECOND));
};

/** A whole number that is exact as a JavaScript number. */
export const asLong: Reading = (value) => (Number.isSafeInteger(value) ? String(value) : undefined);

/** An address that the address keys of this version take. */
export const asAddress: Reading = (value, _most, version) =>
  isAddress(value) && (version === 1 || !value.includes(':')) ? value : undefined;

/** An IPv6 address, which version 0 has separate keys for. */
export const asIpv6: Reading = (value, _most, version) =>
  version === 0 && isAddress(value) && value.includes(':') ? value : undefined;

/** A value in place of an address that is no address: a range, a host name, an address with a zone. */
export const asNoAddress: Reading = (value) => (isAddress(value) ? undefined : scalar(value));

function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || Number.isFinite(value) ? String(value) : undefined;
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && isIpAddress(value);
}

function listText(list: readonly unknown[], max: number, separator: string): string | undefined {
  let joined: string | undefined;
  for (const item of list) {
    if (typeof item === 'object' && item !== null) return jsonBeginning(list, max);
    const text = scalar(item);
    if (text !== undefined) joined = joined === undefined ? text : joined + separator + text;
    if (joined !== undefined && joined.length > max) return joined;
  }
  return joined;
}
