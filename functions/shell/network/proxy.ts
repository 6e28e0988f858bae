import { BlockList, isIPv4 } from 'node:net';

/** Returns the proxy for an origin, by the usual environment variables. It sees only the host name of a request. */
export function proxyFor(origin: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = environment;
  const proxy = HTTPS_PROXY ?? https_proxy;
  // Plain http is for loopback only, which no proxy reaches. Proxies of another kind count as none, as in Node.
  if (origin.protocol !== 'https:' || !/^https?:\/\//.test(proxy ?? '')) return undefined;
  const exempt = (NO_PROXY ?? no_proxy ?? '').toLowerCase().split(',');
  if (exempt.some((entry) => covers(entry.trim(), origin))) return undefined;
  // The value is not repeated: it may hold a password.
  if (!URL.canParse(proxy ?? '')) throw new Error('HTTPS_PROXY is not a URL');
  return new URL(proxy ?? '');
}

/** Whether an entry of NO_PROXY is about the origin. Entries have the forms that Node knows: `*`, a host with or without its port, `.example.com`, `*.example.com`, and a range of IPv4 addresses. */
function covers(entry: string, { hostname, port }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (entry === '*' || entry === host || entry === `${host}:${port || 443}`) return true;
  if (entry.startsWith('.')) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith('*.')) return host.endsWith(entry.slice(1));
  const [first = '', last = '', ...others] = entry.split('-').map((end) => end.trim());
  if (others.length > 0 || !isIPv4(first) || !isIPv4(last) || !isIPv4(host)) return false;
  return isBetween(host, first, last);
}

function isBetween(address: string, first: string, last: string): boolean {
  const range = new BlockList();
  try {
    range.addRange(first, last);
  } catch {
    return false;
  }
  return range.check(address);
}
