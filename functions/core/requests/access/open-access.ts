import type { Auth } from '../../auth.ts';
import type { Access, AccessRun } from './access.ts';
import { AccessToken } from './access-token.ts';
import { Session } from './session.ts';

/** The access that requests of this kind of authentication need; undefined if they are signed with the secret alone. */
export function openAccess({ kind }: Auth, run: AccessRun): Access | undefined {
  if (kind === 'session') return new Session(run);
  if (kind === 'oauth2-client-credentials') return new AccessToken(run);
  return undefined;
}
