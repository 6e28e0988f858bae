import { excerpt } from '../../core/events/excerpt.ts';
import type { Answer, Quota, Verdict } from '../../core/model.ts';
import { DAY, type Instant } from '../../core/time.ts';
import { fieldsOf, parseJson } from '../../source-kit/json-values.ts';
import { quotaHeaders, quotaIn, quotaResetIn } from '../../source-kit/quota-headers.ts';
import { throttled } from '../../source-kit/throttled.ts';

/** One quota for all tokens, users and integrations of the organization. */
const QUOTA = quotaHeaders('x-organization-rate-limit', 'epoch-seconds');
const MAX_FIELD_ERRORS = 5;
/** Maximum length of a problem report. What is longer comes from elsewhere and explains nothing. */
const LONGEST_PROBLEM = 50_000;

/** The statuses that mean something else at ThousandEyes than usual. Bodies decide nothing, because their shape varies. */
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
      return throttled(answer, now, {
        reason: 'ThousandEyes says that the organization’s request quota is used up (429)',
        otherwise: quotaResetIn(answer, QUOTA, now),
        longest: DAY,
      });
    default:
      return undefined;
  }
}

/** The organization's request quota, as each answer states it. */
export function quota(answer: Answer, now: Instant): Quota | undefined {
  return quotaIn(answer, QUOTA, now);
}

/** What a problem report says about our request, for a person to read: the wrong fields, else its detail or title. */
function problem(text: string): string {
  const report = fieldsOf(text.length <= LONGEST_PROBLEM ? parseJson(text) : undefined);
  const errors = Array.isArray(report.errors) ? report.errors.slice(0, MAX_FIELD_ERRORS) : [];
  const lines = errors.map(fieldError).filter((line) => line !== '');
  if (lines.length > 0) return `: ${lines.join('; ')}`;
  return quoted(report.detail) || quoted(report.title);
}

function fieldError(error: unknown): string {
  const { field, message } = fieldsOf(error);
  return `${quoted(field)}${quoted(message)}`.slice(2);
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? excerpt(value) : '';
}
