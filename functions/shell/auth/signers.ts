import type { AuthKind, AuthKinds } from '../../core/auth.ts';
import { headerSigner } from './header.ts';
import { hmacSigner } from './headers-hmac.ts';
import { oauth2Signer } from './oauth2.ts';
import { sessionSigner } from './session.ts';
import type { Signer, SignerTools } from './signer.ts';

/** One signer for each kind of authentication. */
const SIGNERS: { readonly [Kind in AuthKind]: (auth: AuthKinds[Kind], tools: SignerTools) => Signer } = {
  header: headerSigner,
  'headers-hmac': hmacSigner,
  session: sessionSigner,
  'oauth2-client-credentials': oauth2Signer,
};

/** The signer of a connection's requests. */
export function signerFor<Kind extends AuthKind>(auth: AuthOf<Kind>, tools: SignerTools): Signer {
  return SIGNERS[auth.kind](auth, tools);
}

/** A union over kinds, in a form that lets the compiler check that a signer fits its kind. */
type AuthOf<Kind extends AuthKind> = { [One in Kind]: AuthKinds[One] & { readonly kind: One } }[Kind];
