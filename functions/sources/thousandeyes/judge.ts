import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Quota, Verdict } from '../../core/model.ts';
import { clockOffset, LONGEST_HOLD, retryAfter } from '../../core/requests/judge.ts';
import { DAY, type Instant, SECOND } from '../../core/time.ts';

const MOST_FIELD_ERRORS = 5;
/** A problem report is small; what is larger comes from elsewhere and explains nothing. */
const LONGEST_PROBLEM = 50_000;

/** What a status means where ThousandEyes differs from the web at large. Bodies decide nothing: their shape varies. */
export function judge(answer: Answer, now: Instant): Verdict | undefined {
  switch (answer.status) {
    case 301:
      return {
        kind: 'never',
        code: 'request',
        reason: 'ThousandEyes says that this is not its API version (301)',
        remedy: 'Set the connection’s origin to https://api.thousandeyes.com/v7, or leave it out.',
      };
    case 400:
      return {
        kind: 'never',
        code: 'request',
        reason: `ThousandEyes finds the question wrong (400)${problem(answer.text)}`,
        remedy:
          'Check the connection’s settings: aid must be an account group that the token’s owner belongs to, and max may be refused.',
      };
    case 401:
      return {
        kind: 'never',
        code: 'refused',
        reason: 'ThousandEyes refuses the token (401): it has expired or was revoked, or the account is locked',
        remedy:
          'Unlock the account, or make a new token at Account Settings > Users and Roles > Profile > User API Tokens and put it into the secret.',
      };
    case 403:
      return {
        kind: 'never',
        code: 'forbidden',
        reason: `ThousandEyes does not let this token read the activity log (403)${problem(answer.text)}`,
        remedy:
          'Give the token’s owner a role with the permissions `API access` and `View activity log for all users in account group`.',
      };
    case 429:
      return throttled(answer, now);
    default:
      return undefined;
  }
}

/** The organization's request quota: one for all its tokens, users and integrations. */
export function quota(answer: Answer, now: Instant): Quota | undefined {
  const limit = wholeNumber(answer, 'x-organization-rate-limit-limit');
  const remaining = wholeNumber(answer, 'x-organization-rate-limit-remaining');
  const resetAt = quotaReset(answer, now);
  if (limit === undefined || remaining === undefined || resetAt === undefined) return undefined;
  return limit > 0 && remaining <= limit ? { limit, remaining, resetAt } : undefined;
}

function throttled(answer: Answer, now: Instant): Verdict {
  const asked = retryAfter(answer, now);
  const at = asked !== undefined && asked > now && asked - now <= DAY ? asked : quotaReset(answer, now);
  const reason = 'ThousandEyes says that the organization’s request quota is used up (429)';
  return { kind: 'later', throttled: true, reason, ...(at !== undefined && { at }) };
}

/** When the quota is whole again. The header is in seconds on the vendor's clock; Date tells how far off it is. */
function quotaReset(answer: Answer, now: Instant): Instant | undefined {
  const seconds = wholeNumber(answer, 'x-organization-rate-limit-reset');
  if (seconds === undefined) return undefined;
  const at = seconds * SECOND + clockOffset(answer, now);
  return at > now && at - now <= LONGEST_HOLD ? at : undefined;
}

function wholeNumber(answer: Answer, header: string): number | undefined {
  const text = answer.headers[header]?.trim() ?? '';
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** What a problem report says of our question, for a person to read: its fields, else its detail or title. */
function problem(text: string): string {
  const report = text.length <= LONGEST_PROBLEM ? parsed(text) : undefined;
  if (!report) return '';
  const errors = Array.isArray(report.errors) ? report.errors.slice(0, MOST_FIELD_ERRORS) : [];
  const fields = errors.map(fieldError).filter((line) => line !== '');
  if (fields.length > 0) return `: ${fields.join('; ')}`;
  return said(report.detail) || said(report.title);
}

function fieldError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { field, message } = error as Record<string, unknown>;
  return `${said(field)}${said(message)}`.slice(2);
}

function said(value: unknown): string {
  return typeof value === 'string' ? excerpt(value) : '';
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
