import type { Auth } from '../auth.ts';
import { TidemarkError } from '../errors.ts';
import type { Connection } from '../model.ts';

/** Description of a valid origin, for error messages. */
export const ORIGIN_WANTED =
  'an https URL such as https://api.example.com/v1, without user, query or fragment (plain http on loopback only)';

/** Plain http would show the credentials to the network, so it is allowed on loopback only. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username || password || search || hash) return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

/** The parts of a connection that decide where its credentials are sent. */
type Place = Pick<Connection, 'id' | 'source' | 'origin' | 'settings'>;

/** The whole URL of the connection's token endpoint. Undefined if that is below the connection's own origin, or if there is none. */
export function foreignTokenUrl(auth: Auth, { id, source, settings }: Place): string | undefined {
  if (auth.kind !== 'oauth2-client-credentials') return undefined;
  const { tokenUrl, tokenUrlSetting } = auth;
  const own = tokenUrlSetting === undefined ? undefined : settings[tokenUrlSetting];
  if (own === undefined && tokenUrl?.startsWith('/')) return undefined;
  const url = own ?? tokenUrl;
  if (typeof url === 'string' && isOrigin(url)) return url;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${source}/${id}: the token URL is ${JSON.stringify(url)?.slice(0, 80)}, wanted ${ORIGIN_WANTED}.`,
    remedy:
      tokenUrlSetting === undefined ? 'Correct tokenUrl in the source.' : `Correct $.settings.${tokenUrlSetting}.`,
  });
}

/** Every origin that the connection's secret, or a token made from it, is sent to. */
export function originsOf(auth: Auth, connection: Place): string[] {
  const tokenUrl = foreignTokenUrl(auth, connection);
  return [connection.origin, ...(tokenUrl === undefined ? [] : [new URL(tokenUrl).origin])];
}
