import { hash } from '../../random.ts';
import type { VbrickSwitches } from '../faults.ts';

const MINUTE_MS = 60_000;

/** The tokens of logins. */
export interface Sessions {
  /** Makes a new token; also returns when it ends. */
  begin(): { readonly token: string; readonly expiration: string };
  /** Whether this Authorization header is valid; counts one use of its token. */
  use(authorization: string | undefined): boolean;
  /** Extends the life of a token. */
  extend(authorization: string | undefined): { readonly expiration: string };
  end(authorization: string | undefined): void;
  reset(): void;
}

interface Session {
  expires: number;
  uses: number;
}

/** Uses of a token do not extend its life. */
export function createSessions(seed: number, minutes: number, now: () => number, switches: VbrickSwitches): Sessions {
  const sessions = new Map<string, Session>();
  let made = 0;
  const end = () => now() + minutes * MINUTE_MS;
  return {
    begin() {
      const token = tokenText(seed, ++made);
      const expires = end();
      sessions.set(token, { expires, uses: 0 });
      return { token, expiration: new Date(expires).toISOString() };
    },
    use(authorization) {
      const session = sessions.get(tokenOf(authorization));
      if (!session || switches.faults.tokenExpired) return false;
      session.uses++;
      return now() < session.expires && session.uses <= (switches.faults.tokenRequests ?? Infinity);
    },
    extend(authorization) {
      const expires = end();
      const session = sessions.get(tokenOf(authorization));
      if (session) session.expires = expires;
      return { expiration: new Date(expires).toISOString() };
    },
    end(authorization) {
      sessions.delete(tokenOf(authorization));
    },
    reset: () => sessions.clear(),
  };
}

function tokenOf(authorization = ''): string {
  return /^VBrick (\S+)$/i.exec(authorization)?.[1] ?? '';
}

function tokenText(seed: number, serial: number): string {
  const bytes = [1, 2, 3, 4, 5].map((part) => hash(seed, serial, part).toString(36)).join('');
  return `${serial}-${bytes}`;
}
