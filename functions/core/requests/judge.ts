import { retryAfter } from '../answer-clock.ts';
import { clean, excerpt } from '../events/excerpt.ts';
import type { Answer, Request, Source, Verdict } from '../model.ts';
import type { Instant } from '../time.ts';

/** Returns what an answer tells us to do: by the source's own rules, else by the general meaning of its status. */
export function judge(source: Source, answer: Answer, now: Instant, asked: Request): Verdict {
  return source.judge?.(answer, now, asked) ?? judgeByStatus(source, answer, now);
}

function judgeByStatus(source: Source, answer: Answer, now: Instant): Verdict {
  const { status } = answer;
  const reason = `${source.title} answered ${status}${excerpt(answer.text)}`;
  if (status >= 200 && status < 300) return { kind: 'done' };
  if (status === 429 || status === 503) {
    const at = retryAfter(answer, now);
    return { kind: 'later', throttled: status === 429, reason, ...(at !== undefined && { at }) };
  }
  if (status >= 500 || status === 408 || status === 425) return { kind: 'later', throttled: false, reason };
  if (status === 401) {
    return { kind: 'never', code: 'refused', reason, remedy: 'Put working credentials into the secret.' };
  }
  if (status === 403) {
    return {
      kind: 'never',
      code: 'forbidden',
      reason,
      remedy: 'Give the credentials the permission that the stream needs.',
    };
  }
  if (status >= 300 && status < 400) {
    const to = answer.headers.location;
    return {
      kind: 'never',
      code: 'origin',
      reason: `${source.title} redirects${to ? ` to ${clean(to.slice(0, 200))}` : ''} (${status}); redirects are not followed, they could carry the credentials away`,
      remedy: 'If the new place is right, set it as the connection’s origin.',
    };
  }
  return { kind: 'never', code: 'request', reason, remedy: 'Check the connection’s origin and settings.' };
}
