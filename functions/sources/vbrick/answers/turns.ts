import { wordOf } from '../mapping/classify.ts';
import { rolesIn } from '../mapping/person.ts';
import { type JsonObject, textIn } from './json-object.ts';

/** Something that has become different and that somebody should know: for people, and as an end of the action. */
export interface Turn {
  readonly reason: string;
  readonly turn: string;
}

/** The statuses of a user in the vendor's own types: what each means, and what has been done to get there. */
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

type State = JsonObject | undefined;

/** A user who was suspended, locked out, let in again. Where it may not be told how, only that. */
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

/** Why a sign-in may have failed: the status of a user who is not free to sign in. */
export function hindrance(state: State): string | undefined {
  const status = textIn(state, 'status');
  if (status === undefined || status === 'Active') return undefined;
  return `the user ${STATUSES.get(status)?.means ?? `has the status ${status}`}`;
}

/** A user who got roles or lost some. */
export function rolesTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [rolesIn(before), rolesIn(after)];
  if (!from || !to) return undefined;
  const added = to.filter((role) => !from.includes(role));
  const removed = from.filter((role) => !to.includes(role));
  if (added.length + removed.length === 0) return undefined;
  if (!open) return { reason: 'Roles changed', turn: 'roles-changed' };
  const told = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
  ];
  return { reason: `Roles changed: ${told.join('; ')}`, turn: 'roles-changed' };
}

/** A device that was lost or came back. */
export function deviceTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [textIn(before, 'devicestatus', 'status'), textIn(after, 'devicestatus', 'status')];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (!open) return { reason: 'Status changed', turn: 'status-changed' };
  return { reason: `Status changed from ${from} to ${to}`, turn: `status-set-to-${wordOf(to) ?? 'other'}` };
}

const EVERYBODY = 'Public';

/** A video or webcast that others may see now. Where nobody knows how it was, only the widest access of all is news. */
export function accessTurn(before: State, after: State, settings: State, open: boolean): Turn | undefined {
  const from = textIn(before, 'accesscontrol');
  const to = textIn(after, 'accesscontrol') ?? textIn(settings, 'accesscontrol');
  if (to === undefined || (from === undefined ? to !== EVERYBODY : from === to)) return undefined;
  if (!open) return { reason: 'AccessControl changed', turn: 'access-changed' };
  const reason = from === undefined ? `AccessControl set to ${to}` : `AccessControl changed from ${from} to ${to}`;
  return { reason, turn: `access-set-to-${wordOf(to) ?? 'other'}` };
}
