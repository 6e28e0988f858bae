import { isIpAddress } from '../core/events/ip-address.ts';
import { textOf } from './scalars.ts';

/** An address in an event: as the vendor wrote it, and as a field of the type ip if it is one. */
export interface Address {
  readonly address?: string;
  readonly ip?: string;
}

/** Maximum length of a list of addresses that is read. Longer ones are made up by the client. */
const LONGEST_LIST = 2_000;
const BRACKETS_AND_PORT = /^\[([^[\]]*)\](?::\d{1,5})?$/;
const IPV4_AND_PORT = /^([\d.]+):\d{1,5}$/;

/** An address with its exact text. It is an IP address only if the text contains nothing else. */
export function addressOf(value: unknown): Address {
  const address = textOf(value);
  if (address === undefined) return {};
  return isIpAddress(address) ? { address, ip: address } : { address };
}

/** The IP address in `203.0.113.7:443`, `[2001:db8::1]:443`, `[2001:db8::1]` or an address alone. */
export function withoutPort(text: string): string | undefined {
  const [, inside] = BRACKETS_AND_PORT.exec(text) ?? IPV4_AND_PORT.exec(text) ?? [];
  const ip = inside ?? text;
  return isIpAddress(ip) ? ip : undefined;
}

/**
 * The IP addresses of an X-Forwarded-For list, client first, without ports and without entries that are none. Only what the
 * vendor's own proxies added at the end is certain: the client may have sent any beginning.
 */
export function forwardedFor(value: unknown): readonly string[] {
  const list = typeof value === 'string' && value.length <= LONGEST_LIST ? value.split(',') : [];
  return list.map((entry) => withoutPort(entry.trim())).filter((ip) => ip !== undefined);
}
