import { sentenceOf } from './sentence.ts';
import { VERBS, type VerbKind, verbNamed } from './verbs.ts';

// The vocabulary of `event.action`, the same for all vendors. An action is one of ACTIONS, or a thing and what happened to it:
// `report-created`. Whoever writes a rule for an action must get the same kind of event from every vendor, so each has its category
// and type here. The mappings do not read this file: tests compare what they make with it, and the documentation is made from it.

/** What an action means, and the `event.category` and `event.type` that its events have. */
export interface Meaning {
  readonly means: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
}

const SIGN_IN = ['authentication'];
const DESKTOP = ['authentication', 'session'];
const CHANGE_OF_USER = { category: ['iam'], type: ['change', 'user'] };

/** The actions that are no thing and what happened to it. */
export const ACTIONS: Readonly<Record<string, Meaning>> = {
  'user-login': { means: 'A user logged in', category: SIGN_IN, type: ['start'] },
  'login-failed': { means: 'A user failed to log in', category: SIGN_IN, type: ['start'] },
  'user-logout': { means: 'A user logged out', category: SIGN_IN, type: ['end'] },
  'logout-failed': { means: 'A user failed to log out', category: SIGN_IN, type: ['end'] },
  'account-accessed': { means: 'A user used an account on a day', category: SIGN_IN, type: ['info'] },
  'desktop-session-started': { means: 'A user’s desktop session started', category: DESKTOP, type: ['start'] },
  'desktop-session-failed': { means: 'A user’s desktop session failed to start', category: DESKTOP, type: ['start'] },
  'desktop-session-ended': {
    means: 'A user’s desktop session ended; if it failed, `event.outcome` says so',
    category: DESKTOP,
    type: ['end'],
  },
  'session-started': {
    means: 'A session was started through the console or the API',
    category: ['session'],
    type: ['start'],
  },
  'session-ended': {
    means: 'A session was ended through the console or the API',
    category: ['session'],
    type: ['end'],
  },
  'session-hibernated': { means: 'A session was hibernated', category: ['session'], type: ['info'] },
  'session-shadowing-started': {
    means: 'An administrator began to look at a user’s desktop',
    category: ['session'],
    type: ['start'],
  },
  'session-shadowing-ended': {
    means: 'An administrator stopped looking at a user’s desktop',
    category: ['session'],
    type: ['end'],
  },
  'role-assigned': { means: 'A user was given a role', ...CHANGE_OF_USER },
  'role-removed': { means: 'A role was taken from a user', ...CHANGE_OF_USER },
  'permission-assigned': { means: 'A user was given a permission', ...CHANGE_OF_USER },
  'permission-removed': { means: 'A permission was taken from a user', ...CHANGE_OF_USER },
  'role-assign-failed': { means: 'A user could not be given a role', ...CHANGE_OF_USER },
  'role-remove-failed': { means: 'A role could not be taken from a user', ...CHANGE_OF_USER },
  'permission-assign-failed': { means: 'A user could not be given a permission', ...CHANGE_OF_USER },
  'permission-remove-failed': { means: 'A permission could not be taken from a user', ...CHANGE_OF_USER },
  'user-roles-update-failed': { means: 'The roles of a user could not be changed', ...CHANGE_OF_USER },
  'user-permissions-update-failed': { means: 'The permissions of a user could not be changed', ...CHANGE_OF_USER },
  'user-roles-updated': { means: 'The roles of a user were changed', ...CHANGE_OF_USER },
  'user-permissions-updated': { means: 'The permissions of a user were changed', ...CHANGE_OF_USER },
  'user-preferences-updated': {
    means: 'A user’s own settings were changed; nobody’s access was',
    category: ['configuration'],
    type: ['change'],
  },
  'public-video-created': { means: 'A video was made that everybody may see', category: ['file'], type: ['creation'] },
  'public-webcast-created': {
    means: 'A webcast was made that everybody may see',
    category: ['configuration'],
    type: ['creation'],
  },
};

/** An action whose name the mapping does not know: how much is known of it differs from record to record. */
export const UNKNOWN_MEANS = 'Tidemark does not know the vendor’s name of this event; it is in `event.code`';

/** What an action can end with besides the verbs of all vendors. */
export const ENDINGS: Readonly<Record<string, { readonly means: string; readonly kind: VerbKind | 'info' }>> = {
  added: { means: 'a part came to the thing', kind: 'change' },
  removed: { means: 'a part was taken from the thing', kind: 'change' },
  raised: { means: 'a number was made larger', kind: 'change' },
  lowered: { means: 'a number was made smaller', kind: 'change' },
  required: { means: 'the user has to do this before anything else', kind: 'change' },
  baseline: { means: 'first snapshot: how things are, `event.kind: state`', kind: 'info' },
  measured: { means: 'a measured value, `event.kind: metric`', kind: 'info' },
};
/** `video-access-set-to-public`: the new value is the end of the action. */
const SET_TO = /^(?<thing>.+)-set-to-.+$/;
/** `user-create-failed`: what was tried, by its verb. */
const TRIED = /^(?<thing>.+)-(?<base>[^-]+)-failed$/;

/** Things, by the words of their names: the first that fits counts. */
export const THINGS: readonly {
  readonly about: string;
  readonly names: RegExp;
  readonly category: readonly string[];
  /** The second `event.type`, which iam demands. */
  readonly second?: 'user' | 'group' | 'admin';
  /** The category of changes, where it is another one. */
  readonly changed?: readonly string[];
  /** Whether it can start and stop. For all other things, that is a change. */
  readonly runs?: true;
}[] = [
  {
    about: 'settings about access for the vendor’s support',
    names: /\bsupport\b.*-setting$|^support-setting$/,
    category: ['iam', 'configuration'],
    second: 'admin',
  },
  {
    about: 'the roles, permissions and groups of a user',
    names: /^user-(?:roles|permissions|(?:role|permission)-bindings|group-membership)$/,
    category: ['iam'],
    second: 'user',
  },
  { about: 'settings and preferences', names: /\b(?:setting|preference|preferences)$/, category: ['configuration'] },
  { about: 'groups and their members', names: /^(?:account-|user-)?groups?\b/, category: ['iam'], second: 'group' },
  {
    about: 'roles, permissions, sign-in by other providers, access for support',
    names:
      /\b(?:roles?|permissions?|admin|administrator|auth|(?<!factor-)authentication|google|identity|idp|oidc|saml\d*|single-sign-on|sso|support)\b|^api-authorization$/,
    category: ['iam'],
    second: 'admin',
  },
  {
    about: 'users, their sign-in, passwords, tokens and API keys',
    names:
      /^(?:user|login|sign-in|invitation|mfa|password|credential|(?:two|multi)-factor-authentication)\b|^(?:api-|access-|bearer-|oauth-)?(?:token|api-key)\b|^(?:api-key)\b|^api-authorization-rule$/,
    category: ['iam'],
    second: 'user',
  },
  {
    about: 'videos',
    names: /^(?:public-)?video\b/,
    category: ['file'],
    changed: ['configuration', 'file'],
  },
  {
    about: 'devices',
    names: /\b(?:dme|encoder|akamai|ldap-connector)\b|^(?!network-)(?:[a-z]+-)?device\b/,
    category: ['configuration', 'host'],
  },
  { about: 'usage', names: /\busage$/, category: ['host'] },
  {
    about: 'machines that start, stop or restart',
    names:
      /\b(?:appliance|(?<!agent-)cluster|desktop|host|instance|machine|pool|sandbox|server|vm|workload)(?:-group)?$/,
    category: ['configuration'],
    runs: true,
  },
];

/** What an action means; undefined for a name that is not of the vocabulary. */
export function meaningOf(action: string): Meaning | undefined {
  if (Object.hasOwn(ACTIONS, action)) return ACTIONS[action];
  const parts = partsOf(action);
  if (!parts) return undefined;
  const { thing, done, kind, means } = parts;
  const { category, second, changed, runs } = THINGS.find(({ names }) => names.test(thing)) ?? OTHER;
  const isRun = runs && (kind === 'start' || kind === 'end' || kind === 'restart');
  const type = kind === 'restart' || (!isRun && (kind === 'start' || kind === 'end')) ? 'change' : kind;
  return {
    means: means ?? sentenceOf({ actor: undefined, verb: { done, base: done }, thing: thing.split('-') }),
    category: isRun ? ['host'] : type === 'change' ? (changed ?? category) : category,
    // iam has no type for access: to read about a user changes nothing.
    type: [type === 'access' && second ? 'info' : type, ...(second && kind !== 'info' ? [second] : [])].map(typeName),
  };
}

const OTHER: (typeof THINGS)[number] = { about: 'anything else', names: /^/, category: ['configuration'] };

interface Parts {
  readonly thing: string;
  readonly done: string;
  readonly kind: VerbKind | 'info';
  readonly means?: string;
}

function partsOf(action: string): Parts | undefined {
  const set = SET_TO.exec(action)?.groups;
  if (set?.thing !== undefined) return { thing: set.thing, done: action.slice(set.thing.length + 1), kind: 'change' };
  const tried = TRIED.exec(action)?.groups;
  const base = tried && verbNamed(tried.base ?? '');
  if (tried?.thing !== undefined && base) {
    const thing = tried.thing.split('-');
    const means = sentenceOf({ actor: undefined, verb: base, thing, failed: true });
    return { thing: tried.thing, done: 'failed', kind: base.kind, means };
  }
  const at = action.lastIndexOf('-');
  const [thing, done] = [action.slice(0, at), action.slice(at + 1)];
  const kind = kindOf(done);
  return at <= 0 || kind === undefined ? undefined : { thing, done, kind };
}

function kindOf(done: string): VerbKind | 'info' | undefined {
  if (Object.hasOwn(ENDINGS, done)) return ENDINGS[done]?.kind;
  return (Object.keys(VERBS) as VerbKind[]).find((kind) => Object.hasOwn(VERBS[kind], done));
}

/** The kinds of acts are the types of ECS, but for one: to restart something is to change it. */
function typeName(kind: string): string {
  return kind === 'restart' ? 'change' : kind;
}
