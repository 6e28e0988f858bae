import { hash } from '../random.ts';
import type { Reply } from '../send-reply.ts';
import { stamp } from './event-content.ts';
import { hal, problem } from './replies.ts';

const DAY_MS = 86_400_000;
const TOKEN_DAYS = 730;
const OLD_TOKEN_DAYS = 14;

/** The API tokens of one user. */
export interface Tokens {
  isValid(authorization: string | undefined): boolean;
  /** What `POST /v7/api-tokens` does: a new token, and 14 days for the old one. */
  renew(): Reply;
  reset(): void;
}

/** Starts with one token, made when the simulator started. */
export function createTokens(first: string, seed: number, now: () => number): Tokens {
  const validUntil = new Map<string, number>();
  let made = 0;
  const reset = () => {
    validUntil.clear();
    made = 0;
    validUntil.set(first, now() + TOKEN_DAYS * DAY_MS);
  };
  reset();
  return {
    isValid(authorization) {
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
      return token !== undefined && now() < (validUntil.get(token) ?? 0);
    },
    renew() {
      const active = [...validUntil].filter(([, until]) => now() < until);
      if (active.length > 1) return problem(409, 'The user has more than one active token', '/v7/api-tokens');
      for (const [token, until] of active) validUntil.set(token, Math.min(until, now() + OLD_TOKEN_DAYS * DAY_MS));
      const bearerToken = tokenText(seed, ++made);
      const until = now() + TOKEN_DAYS * DAY_MS;
      validUntil.set(bearerToken, until);
      return hal(JSON.stringify({ bearerToken, validUntil: stamp(until) }), 0, 201);
    },
    reset,
  };
}

function tokenText(seed: number, serial: number): string {
  const hex = [1, 2, 3, 4].map((part) => hash(seed, serial, part).toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
