import type { Fields } from '../../../source-kit/json-values.ts';
import { wordOf } from '../mapping/classify.ts';
import { rolesIn } from '../mapping/person.ts';
import { textIn } from './json-object.ts';

/** A change of which somebody should know: as a sentence for people, and as the action of the event. */
export interface Turn {
  readonly reason: string;
  readonly action: string;
  /** Whether it counts more than any other change of the same row. */
  readonly first?: true;
}

const ACTIVE = 'Active';
const LOCKED = 'LockedOut';
const SUSPENDED = 'Suspended';
/** What it is to be active again. */
const BACK: ReadonlyMap<string, string> = new Map([
  [LOCKED, 'user-unlocked'],
  [SUSPENDED, 'user-unsuspended'],
]);

/** A user's statuses in the vendor's own types: what each means, and what was done to the user. */
const STATUSES: ReadonlyMap<string, { readonly means: string; readonly action: string }> = new Map([
  [ACTIVE, { means: 'may sign in', action: 'user-activated' }],
  [SUSPENDED, { means: 'may not sign in', action: 'user-suspended' }],
  ['Unlicensed', { means: 'has no licence', action: 'user-unlicensed' }],
  [LOCKED, { means: 'is locked out of signing in', action: 'user-locked' }],
  ['AwaitingConfirmation', { means: 'has to confirm the account first', action: 'user-confirmation-required' }],
  ['AwaitingPasswordReset', { means: 'has to set a new password', action: 'user-password-reset-required' }],
  [
    'AwaitingSecurityQuestionReset',
    { means: 'has to set a new security question', action: 'user-security-question-reset-required' },
  ],
]);

type State = Fields | undefined;

/** A change of a user's status. If `open` is false, only that there was one. */
export function statusTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [textIn(before, 'status'), textIn(after, 'status')];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (!open) return { reason: 'Status changed', action: 'user-status-updated' };
  const known = STATUSES.get(to);
  return {
    reason: `Status changed from ${from} to ${to}${known ? `: the user ${known.means}` : ''}`,
    action:
      (to === ACTIVE ? BACK.get(from) : undefined) ?? known?.action ?? `user-status-set-to-${wordOf(to) ?? 'other'}`,
  };
}

/** Why a sign-in may have failed: the status of a user who may not sign in. */
export function hindrance(state: State): string | undefined {
  const status = textIn(state, 'status');
  if (status === undefined || status === ACTIVE) return undefined;
  return `the user ${STATUSES.get(status)?.means ?? `has the status ${status}`}`;
}

/** A change of a user's roles. */
export function rolesTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [rolesIn(before), rolesIn(after)];
  if (!from || !to) return undefined;
  const added = to.filter((role) => !from.includes(role));
  const removed = from.filter((role) => !to.includes(role));
  if (added.length + removed.length === 0) return undefined;
  if (!open) return { reason: 'Roles changed', action: 'user-roles-updated' };
  const parts = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
  ];
  const reason = `Roles changed: ${parts.join('; ')}`;
  if (removed.length === 0) return { reason, action: 'role-assigned', first: true };
  // A role that was exchanged for another one was given, too.
  return added.length === 0
    ? { reason, action: 'role-removed' }
    : { reason, action: 'user-roles-updated', first: true };
}

/** A change of a device's status. */
export function deviceTurn(before: State, after: State, open: boolean): Turn | undefined {
  const [from, to] = [textIn(before, 'devicestatus', 'status'), textIn(after, 'devicestatus', 'status')];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (!open) return { reason: 'Status changed', action: 'device-status-updated' };
  return { reason: `Status changed from ${from} to ${to}`, action: `device-status-set-to-${wordOf(to) ?? 'other'}` };
}

const EVERYBODY = 'Public';

/**
 * A change of who may see a video or webcast. If the access before is unknown, only access for everybody counts as a change.
 *
 * @param isNew whether the thing was made just now: then its access did not change
 */
export function accessTurn(
  thing: { readonly name: 'video' | 'webcast'; readonly isNew: boolean },
  states: { readonly before: State; readonly after: State; readonly settings: State },
  open: boolean,
): Turn | undefined {
  const { before, after, settings } = states;
  const from = textIn(before, 'accesscontrol');
  const to = textIn(after, 'accesscontrol') ?? textIn(settings, 'accesscontrol');
  if (to === undefined || (from === undefined ? to !== EVERYBODY : from === to)) return undefined;
  const created = to === EVERYBODY && open ? `public-${thing.name}-created` : `${thing.name}-created`;
  if (!open) return { reason: 'AccessControl changed', action: thing.isNew ? created : `${thing.name}-access-updated` };
  const reason = from === undefined ? `AccessControl set to ${to}` : `AccessControl changed from ${from} to ${to}`;
  if (thing.isNew) return { reason, action: created };
  return { reason, action: `${thing.name}-access-set-to-${wordOf(to) ?? 'other'}` };
}
