import type { ClientCredentialsAuth } from '../../core/auth.ts';
import type { Request } from '../../core/model.ts';
import { encodeBody } from '../../core/requests/request-body.ts';
import { type Duration, SECOND } from '../../core/time.ts';
import { credentialHeader } from './header.ts';
import type { SecretFields, Signer, SignerTools } from './signer.ts';
import { TokenHolder } from './token-holder.ts';

/** Gets an access token for the secret's client (RFC 6749, section 4.4), and sends it with every request. */
export function oauth2Signer(auth: ClientCredentialsAuth, tools: SignerTools): Signer {
  const { http, origin, foreignTokenUrl } = tools;
  const holder = new TokenHolder(tools.hide);
  const url = foreignTokenUrl ?? auth.tokenUrl ?? '';
  // The token endpoint has its own connection, which reaches no other origin.
  const tokenOrigin = foreignTokenUrl === undefined ? origin : new URL(foreignTokenUrl).origin;
  return {
    sign: () => ({
      headers: holder.token === undefined ? {} : credentialHeader({ scheme: 'Bearer', ...auth }, holder.token),
      signatures: [],
    }),
    tokens: {
      holder,
      open: async (secret, timeout) => {
        const credentials = basicHeader(auth, secret, tools.hide);
        const answer = await http(tokenOrigin).send(tokenRequest(auth, secret, url), credentials, timeout);
        const { access_token: token, expires_in: seconds } = holder.fieldsOf(answer);
        return { answer, open: holder.take(token), ...lifeOf(seconds) };
      },
    },
  };
}

function tokenRequest(auth: ClientCredentialsAuth, secret: SecretFields, url: string): Request {
  const { client, scopes, parameters, body } = auth;
  const fields = {
    grant_type: 'client_credentials',
    ...(client.in === 'body' && { client_id: secret[client.id] ?? '', client_secret: secret[client.secret] ?? '' }),
    ...(scopes && { scope: scopes.join(' ') }),
    ...parameters,
  };
  return { url, body: encodeBody(body, fields) };
}

/** The client's id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function basicHeader({ client }: ClientCredentialsAuth, secret: SecretFields, hide: (text: string) => void) {
  if (client.in === 'body') return {};
  const [id, key] = [client.id, client.secret].map((field) => formEncode(secret[field] ?? ''));
  // An echo of the header holds the encoded form, which differs from the secret if that has special characters.
  hide(key ?? '');
  const credential = Buffer.from(`${id}:${key}`).toString('base64');
  return credentialHeader({ scheme: 'Basic' }, credential);
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** Vendors write the number of seconds as a number, or as text. */
function lifeOf(seconds: unknown): { readonly life?: Duration } {
  const number = typeof seconds === 'string' && /^\d{1,9}$/.test(seconds) ? Number(seconds) : seconds;
  return typeof number === 'number' && number > 0 && Number.isFinite(number) ? { life: number * SECOND } : {};
}
