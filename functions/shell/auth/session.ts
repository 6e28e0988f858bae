import type { SessionAuth } from '../../core/auth.ts';
import type { TokenAnswer } from '../../core/effects.ts';
import { encodeBody } from '../../core/requests/request-body.ts';
import { type Duration, parseInstant } from '../../core/time.ts';
import { credentialHeader } from './header.ts';
import type { SecretFields, Signer, SignerTools } from './signer.ts';
import { TokenHolder } from './token-holder.ts';

/** Signs in with the secret, and sends the session's token with every request. */
export function sessionSigner(auth: SessionAuth, tools: SignerTools): Signer {
  const { http, origin } = tools;
  const holder = new TokenHolder(tools.hide);
  const credentials = () => (holder.token === undefined ? {} : credentialHeader(auth, holder.token));
  return {
    sign: () => ({ headers: credentials(), signatures: [] }),
    tokens: {
      holder,
      open: async (secret, timeout) => {
        const { url, body } = signInFor(auth, secret);
        const answer = await http(origin).send({ url, body: encodeBody(body, secret) }, {}, timeout);
        const fields = holder.fieldsOf(answer);
        const open = holder.take(fields[auth.answer.token]);
        return { answer, open, ...endOf(auth, fields) };
      },
      extend: async (timeout: Duration): Promise<TokenAnswer> => {
        const answer = await http(origin).send({ url: auth.extend, method: 'POST' }, credentials(), timeout);
        const open = answer.status >= 200 && answer.status < 300;
        return { answer, open, ...endOf(auth, holder.fieldsOf(answer)) };
      },
    },
  };
}

/** The request that belongs to the shape of this secret. */
function signInFor({ secret: shapes, signIn }: SessionAuth, secret: SecretFields): SessionAuth['signIn'][number] {
  const which = shapes.findIndex((shape) => Object.keys(shape).every((field) => secret[field] !== undefined));
  const found = signIn[which];
  if (!found) throw new Error('no sign-in belongs to this shape of secret');
  return found;
}

function endOf({ answer }: SessionAuth, fields: Readonly<Record<string, unknown>>): Pick<TokenAnswer, 'until'> {
  const until = parseInstant(fields[answer.expires]);
  return until === undefined ? {} : { until };
}
