import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Connection, Pace, Request, Verdict } from '../../core/model.ts';
import { type Instant, MINUTE } from '../../core/time.ts';
import { throttled } from '../../source-kit/throttled.ts';
import { hasToken } from './answers/question.ts';

/** `/network/audit/accounts/<accountId>/users`, and the same with an id for one user. */
const AUDIT = /\/network\/audit\/accounts\/[^/?#]+\/(\w+)(\/[^/?#]+)?/;
/** Rev's own clients wait for this time when they have asked too often. */
const THROTTLED_WAIT = MINUTE;
const NEVER = { kind: 'never' } as const;

/** The statuses that mean something else at Rev than usual. */
export function judge(answer: Answer, now: Instant, asked: Request): Verdict | undefined {
  const what = excerpt(answer.text);
  const reason = `Rev answered ${answer.status}${what}`;
  if (answer.status === 429) return throttled(answer, now, { reason, otherwise: now + THROTTLED_WAIT });
  if (!AUDIT.test(asked.url)) return undefined;
  if (hasToken(asked) && [400, 404, 410].includes(answer.status)) {
    return { kind: 'expired', reason: `Rev answered ${answer.status} to a continuation token${what}` };
  }
  switch (answer.status) {
    case 401:
      return {
        ...NEVER,
        code: 'refused',
        reason,
        remedy:
          'Put a working user API key and its secret into the connection’s secret. Keys of suspended users do not work.',
      };
    case 403:
      return {
        ...NEVER,
        code: 'forbidden',
        reason,
        remedy:
          'Give the user of the API key the role Account Admin, and have Vbrick support enable the Audit Service.',
      };
    case 400:
    case 404:
      return {
        ...NEVER,
        code: 'request',
        reason,
        remedy:
          'Check settings.accountId and the ids in settings.watch, and have Vbrick support enable the Audit Service.',
      };
  }
  return undefined;
}

/** Rev does not state its quotas. Its own client limits its requests a minute for each endpoint, and so do we. */
export function pace({ url }: Request, { settings }: Connection): Pace | undefined {
  const [, collection, one] = AUDIT.exec(url) ?? [];
  if (collection === undefined || typeof settings.requestsPerMinute !== 'number') return undefined;
  return { bucket: one === undefined ? collection : `${collection}/id`, perMinute: settings.requestsPerMinute };
}
