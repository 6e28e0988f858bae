import type { OcsfVersion } from '../../core/model.ts';
import type { EcsFacts } from './facts.ts';

/** A rule that gives an event its activity. The first rule of which all conditions are met counts. */
export interface ActivityRule {
  /** event.type has one of these. */
  readonly types?: readonly string[];
  /** event.action contains a word of each of these lists, such as `['enable', 'activate']`. */
  readonly words?: readonly (readonly string[])[];
  /** Undefined if the class has no such activity. */
  readonly activity?: number;
  /** The first version of OCSF that has the activity. In earlier versions, the rule is skipped. Undefined if all have it. */
  readonly since?: OcsfVersion;
}

/** The activity if the class has none that fits. Then activity_name tells what happened. */
export const OTHER = 99;

const ENABLE = ['enable', 'activate', 'reactivate', 'restore', 'unsuspend', 'unlock'];
const DISABLE = ['disable', 'deactivate', 'suspend'];
const ADD = ['add', 'assign', 'grant', 'invite', 'join'];
const REMOVE = ['remove', 'unassign', 'revoke', 'leave'];
const MFA = ['mfa', 'factor', '2fa', 'totp'];
/** Acting as another user, without signing in again. */
export const IMPERSONATE = ['impersonate', 'impersonation'];
const SWITCH = [...IMPERSONATE, 'switch'];
const PRIVILEGE = ['privilege', 'permission', 'role'];

export const NO_ACTIVITY: readonly ActivityRule[] = [];

/** The activities that the result of an event is known from. */
export const ENABLED = 2;
export const DISABLED = 5;
export const LOCKED = 9;
export const MFA_ENABLED = 10;
export const UNLOCKED = 12;
/** Of Authentication. */
export const ACCOUNT_SWITCH = 7;

export const AUTHENTICATION: readonly ActivityRule[] = [
  { types: ['start', 'change'], words: [SWITCH], activity: ACCOUNT_SWITCH, since: '1.8.0' },
  // It is no logon: whoever counts logons would count the person twice.
  { types: ['start', 'change'], words: [SWITCH] },
  { types: ['start'], activity: 1 },
  { types: ['end'], activity: 2 },
];

export const ACCOUNT_CHANGE: readonly ActivityRule[] = [
  // These are created or deleted for an account; the account itself is not.
  { words: [['token', 'key', 'credential', 'certificate']] },
  { words: [MFA, [...ENABLE, ...ADD, 'create', 'enroll', 'register']], activity: MFA_ENABLED },
  { words: [MFA, [...DISABLE, ...REMOVE, 'delete']], activity: 11 },
  { words: [MFA] },
  { types: ['change'], words: [['password'], ['reset']], activity: 4 },
  { types: ['change'], words: [['password']], activity: 3 },
  { types: ['creation'], activity: 1 },
  { types: ['deletion'], activity: 6 },
  { types: ['change'], words: [DISABLE], activity: DISABLED },
  { types: ['change'], words: [['lock']], activity: LOCKED },
  { types: ['change'], words: [['unlock']], activity: UNLOCKED, since: '1.5.0' },
  { types: ['change'], words: [ENABLE], activity: ENABLED },
];

export const GROUP: readonly ActivityRule[] = [
  { types: ['creation'], activity: 6 },
  { types: ['deletion'], activity: 5 },
  { types: ['change'], words: [PRIVILEGE, ADD], activity: 1 },
  { types: ['change'], words: [PRIVILEGE, REMOVE], activity: 2 },
  { types: ['change'], words: [['subgroup'], ADD], activity: 7, since: '1.8.0' },
  { types: ['change'], words: [['subgroup'], REMOVE], activity: 8, since: '1.8.0' },
  { types: ['change'], words: [['user', 'member'], ADD], activity: 3 },
  { types: ['change'], words: [['user', 'member'], REMOVE], activity: 4 },
];

export const ENTITY: readonly ActivityRule[] = [
  { types: ['creation'], activity: 1 },
  { types: ['deletion'], activity: 4 },
  { types: ['change'], words: [['enable']], activity: 8 },
  { types: ['change'], words: [['disable']], activity: 9 },
  { types: ['change'], words: [['activate', 'reactivate']], activity: 10 },
  { types: ['change'], words: [['deactivate']], activity: 11 },
  { types: ['change'], words: [['suspend']], activity: 12 },
  { types: ['change'], words: [['resume', 'unsuspend']], activity: 13 },
  { types: ['change'], words: [['move']], activity: 5 },
  { types: ['change'], activity: 3 },
  { types: ['access'], activity: 2 },
];

export const RESOURCE: readonly ActivityRule[] = [
  { types: ['creation'], activity: 1 },
  { types: ['deletion'], activity: 4 },
  { words: [['share']], activity: 8 },
  { words: [['download', 'export']], activity: 7 },
  { words: [['upload', 'import']], activity: 6 },
  { words: [['search']], activity: 5 },
  { types: ['change'], activity: 3 },
  { types: ['access'], activity: 2 },
];

const ENDINGS = ['', 's', 'd', 'ed'];

/** The activity_id of an event, by the rules of its class. */
export function activityOf(rules: readonly ActivityRule[], { types, words }: EcsFacts): number {
  if (rules.length === 0) return OTHER;
  const rule = rules.find(
    (one) =>
      (!one.types || one.types.some((type) => types.includes(type))) &&
      (!one.words || one.words.every((alternatives) => saysOne(words, alternatives))),
  );
  return rule?.activity ?? OTHER;
}

/** Whether one of these is among the words of an action. */
export function saysOne(words: readonly string[], alternatives: readonly string[]): boolean {
  return alternatives.some((word) => contains(words, word));
}

/** Whether a word is among the words, also in other forms that logs use: add, adds, added. */
function contains(words: readonly string[], word: string): boolean {
  return words.some((one) => one.startsWith(word) && ENDINGS.includes(one.slice(word.length)));
}
