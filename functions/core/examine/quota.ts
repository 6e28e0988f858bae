import type { PauseError } from '../errors.ts';
import type { Pacer } from '../requests/pacer.ts';
import { formatTime } from '../time.ts';
import { type Finding, well } from './finding.ts';

/** The share of a quota below which runs make one request each, and wait for the reset. */
const TOO_LITTLE = 0.1;

/** What is left of the vendor's quota. @param paused the pause that has ended the examination, if one has */
export function quotaFinding(subject: string, { quota, perMinute }: Pacer, paused: PauseError | undefined): Finding {
  const left = quota && `${quota.remaining} of ${quota.limit} requests are left`;
  if (paused) {
    const found = `${paused.message}; no request before ${formatTime(paused.until)}`;
    return { subject, check: 'quota', ok: false, found, remedy: REMEDY };
  }
  if (quota && quota.remaining <= quota.limit * TOO_LITTLE) {
    const found = `${left} until ${formatTime(quota.resetAt)}`;
    return { subject, check: 'quota', ok: false, found, remedy: REMEDY };
  }
  if (left !== undefined) return well(subject, 'quota', left);
  const pace = perMinute === undefined ? '' : `; requests keep a pace of ${perMinute} a minute`;
  return well(subject, 'quota', `the vendor states none${pace}`);
}

const REMEDY =
  'Nothing is lost: runs go on after that time. If it comes again, find out who else uses the account’s quota, or lengthen `every` of the streams.';
