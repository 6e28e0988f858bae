import type { Dispatcher, Pool } from 'undici';
import { proxyFor } from './proxy.ts';

/** Maximum connections to one origin: as many requests are in flight at most. Others wait for a free one. */
const MAX_CONNECTIONS = 8;
/** In milliseconds. A request that waits for a connection ends by its own timer, usually earlier. */
const CONNECT_TIMEOUT = 30_000;

const OPTIONS: Pool.Options = {
  connections: MAX_CONNECTIONS,
  // One request at a time on a connection: none is lost, or sent again, because of another.
  pipelining: 1,
  maxHeaderSize: 32 * 1024,
  // One timer limits the whole exchange, so these two are off.
  headersTimeout: 0,
  bodyTimeout: 0,
  // A connection that was idle for longer is replaced. Servers that close earlier say so, and are believed.
  keepAliveTimeout: 30_000,
  keepAliveTimeoutThreshold: 1_000,
  connectTimeout: CONNECT_TIMEOUT,
};

/** Connections to one origin, opened when they are needed and kept until `destroy`. No redirects, no retries. */
export async function connectionsTo(origin: string): Promise<Dispatcher> {
  const proxy = proxyFor(new URL(origin), process.env);
  if (proxy) return await tunnelsThrough(proxy);
  const Pool = await loadPool();
  return new Pool(origin, OPTIONS);
}

/** Loaded with the first request, since not every invocation makes one, and as a single file: the whole package would almost double the bundle. */
async function loadPool(): Promise<typeof Pool> {
  return (await import('undici/lib/dispatcher/pool.js')).default;
}

async function tunnelsThrough(proxy: URL): Promise<Dispatcher> {
  const Pool = await loadPool();
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
  const { default: connect } = await import('undici/lib/api/api-connect.js');
  const { username, password } = proxy;
  const credentials = decodeURIComponent(`${username}:${password}`);
  return new ProxyAgent({
    ...OPTIONS,
    uri: proxy.href,
    ...((username || password) && { token: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    // A proxy that never opens the tunnel holds a connection no longer than a vendor could. Only the whole package gives pools the method `connect`.
    clientFactory: (url, options) =>
      Object.assign(new Pool(url, { ...options, connectTimeout: CONNECT_TIMEOUT, headersTimeout: CONNECT_TIMEOUT }), {
        connect,
      }),
  });
}
