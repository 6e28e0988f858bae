import type { Rotation } from '../../core/model.ts';
import { DAY } from '../../core/time.ts';

const HEADERS = { accept: 'application/hal+json, application/json' };

/** A user with one active token may exchange it for a new one, which lasts two years. It is made and activated in one call. */
export const rotation: Rotation = {
  every: 180 * DAY,
  oldLives: 14 * DAY,
  rehearsal: { url: '/users/current', headers: HEADERS },
  request: { url: '/api-tokens', method: 'POST', headers: HEADERS },
  fields: { token: 'bearerToken' },
  validUntil: 'validUntil',
  refusals: {
    401: { why: 'it refuses the token: it has expired or was revoked, or the account is locked' },
    403: { why: 'it does not let this token make another one' },
    409: {
      why: 'the token’s owner has more than one active token, and the one in the secret may be the older',
      dying: true,
    },
  },
  remedy:
    'At Account Settings > Users and Roles > Profile > User API Tokens, revoke the tokens that nobody uses and make a new one',
};
