import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Connection, Pace, Request, Verdict } from '../../core/model.ts';
import { retryAfter } from '../../core/requests/judge.ts';
import { type Instant, MINUTE } from '../../core/time.ts';
import { hasToken } from './answers/question.ts';

/** `/network/audit/accounts/<accountId>/users`, and the same with an id for one user. */
const AUDIT = /\/network\/audit\/accounts\/[^/?#]+\/(\w+)(\/[^/?#]+)?/;
/** How long Rev's own clients wait when they have asked too often. */
const THROTTLED: number = MINUTE;
const NEVER = { kind: 'never' } as const;

/** What a status means where Rev differs from the web at large. */
export function judge(answer: Answer, now: Instant, asked: Request): Verdict | undefined {
  const what = excerpt(answer.text);
  const said = `Rev answered ${answer.status}${what}`;
  if (answer.status === 429) return throttled(answer, now, said);
  if (!AUDIT.test(asked.url)) return undefined;
  if (hasToken(asked) && [400, 404, 410].includes(answer.status)) {
    return { kind: 'expired', reason: `Rev answered ${answer.status} to a continuation token${what}` };
  }
  switch (answer.status) {
    case 401:
      return {
        ...NEVER,
        code: 'refused',
        reason: said,
        remedy:
          'Put a working user API key and its secret into the connection’s secret. Keys of suspended users do not work.',
      };
    case 403:
      return {
        ...NEVER,
        code: 'forbidden',
        reason: said,
        remedy:
          'Give the user of the API key the role Account Admin, and have Vbrick support enable the Audit Service.',
      };
    case 400:
    case 404:
      return {
        ...NEVER,
        code: 'request',
        reason: said,
        remedy:
          'Check settings.accountId and the ids in settings.watch, and have Vbrick support enable the Audit Service.',
      };
  }
  return undefined;
}

/** Rev says nothing of its quotas: so many requests a minute for each endpoint are what its own client allows itself. */
export function pace({ url }: Request, { settings }: Connection): Pace | undefined {
  const [, collection, one] = AUDIT.exec(url) ?? [];
  if (collection === undefined || typeof settings.requestsPerMinute !== 'number') return undefined;
  return { bucket: one === undefined ? collection : `${collection}/id`, perMinute: settings.requestsPerMinute };
}

function throttled(answer: Answer, now: Instant, reason: string): Verdict {
  const asked = retryAfter(answer, now);
  return { kind: 'later', throttled: true, reason, at: asked !== undefined && asked > now ? asked : now + THROTTLED };
}
