import type { Fields } from '../../../source-kit/json-values.ts';
import { wordOf } from '../mapping/classify.ts';
import { rolesIn } from '../mapping/person.ts';
import { textIn } from './json-object.ts';

/** A change of which somebody should know: as a sentence for people, and as the end of the event's action. */
export interface Turn {
  readonly reason: string;
  readonly turn: string;
}

/** A user's statuses in the vendor's own types: what each means, and what was done to the user. */
const STATUSES: ReadonlyMap<string, { readonly means: string; readonly turn: string }> = new Map([
  ['Active', { means: 'may sign in', turn: 'activated' }],
  ['Suspended', { means: 'may not sign in', turn: 'suspended' }],
  ['Unlicensed', { means: 'has no licence', turn: 'unlicensed' }],
  ['LockedOut', { means: 'is locked out of signing in', turn: 'locked-out' }],
  ['AwaitingConfirmation', { means: 'has to confirm the account first', turn: 'awaiting-confirmation' }],
  ['AwaitingPasswordReset', { means: 'has to set a new password', turn: 'awaiting-password-reset' }],
  [
    'AwaitingSecurityQuestionReset',
    { means: 'has to set a new security question', turn: 'awaiting-security-question-reset' },
  ],
]);

type State = Fields | undefined;

/** A change of a user's status. If `open` is false, only that there was one. */
export function statusTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [textIn(before, 'status'), textIn(after, 'status')];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (!open) return { reason: 'Status changed', turn: 'status-changed' };
  const known = STATUSES.get(to);
  return {
    reason: `Status changed from ${from} to ${to}${known ? `: the user ${known.means}` : ''}`,
    turn: known?.turn ?? `status-set-to-${wordOf(to) ?? 'other'}`,
  };
}

/** Why a sign-in may have failed: the status of a user who may not sign in. */
export function hindrance(state: State): string | undefined {
  const status = textIn(state, 'status');
  if (status === undefined || status === 'Active') return undefined;
  return `the user ${STATUSES.get(status)?.means ?? `has the status ${status}`}`;
}

/** A change of a user's roles. */
export function rolesTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [rolesIn(before), rolesIn(after)];
  if (!from || !to) return undefined;
  const added = to.filter((role) => !from.includes(role));
  const removed = from.filter((role) => !to.includes(role));
  if (added.length + removed.length === 0) return undefined;
  if (!open) return { reason: 'Roles changed', turn: 'roles-changed' };
  const parts = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
  ];
  return { reason: `Roles changed: ${parts.join('; ')}`, turn: 'roles-changed' };
}

/** A change of a device's status. */
export function deviceTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [textIn(before, 'devicestatus', 'status'), textIn(after, 'devicestatus', 'status')];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (!open) return { reason: 'Status changed', turn: 'status-changed' };
  return { reason: `Status changed from ${from} to ${to}`, turn: `status-set-to-${wordOf(to) ?? 'other'}` };
}

const EVERYBODY = 'Public';

/** A change of who may see a video or webcast. If the access before is unknown, only access for everybody counts as a change. */
export function accessTurn(before: State, after: State, settings: State, open: boolean): Turn | undefined {
  const from = textIn(before, 'accesscontrol');
  const to = textIn(after, 'accesscontrol') ?? textIn(settings, 'accesscontrol');
  if (to === undefined || (from === undefined ? to !== EVERYBODY : from === to)) return undefined;
  if (!open) return { reason: 'AccessControl changed', turn: 'access-changed' };
  const reason = from === undefined ? `AccessControl set to ${to}` : `AccessControl changed from ${from} to ${to}`;
  return { reason, turn: `access-set-to-${wordOf(to) ?? 'other'}` };
}
