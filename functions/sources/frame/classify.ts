import { remembered } from '../../core/events/remembered.ts';
import { type Verb, verbNamed } from '../../source-kit/acts/verbs.ts';
import { actionOf, singular } from '../../source-kit/acts/words.ts';
import { UNKNOWN_ACTION } from '../../source-kit/unknown-event.ts';

/** The kind of act that the name of an audit record means. */
export interface Classification {
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** The act by its name in the vocabulary. */
  readonly action: string;
  /** Whether its verb was understood. The vendor publishes no list of kinds, so new ones appear without warning. */
  readonly known: boolean;
  /** What is done to which thing, for a sentence. Undefined if the verb was not understood. */
  readonly act?: Act;
  /** What happened to a role of a user. */
  readonly role?: 'assigned' | 'removed' | 'updated';
}

export interface Act {
  readonly verb: Pick<Verb, 'done' | 'base'>;
  readonly thing: readonly string[];
}

/** Maximum length of a name that is looked at: its meaning is at its beginning. */
const LONGEST_KIND = 200;

/** What it is done to. A name with words of both ADMIN and USER counts as ADMIN, unless it is about a role of a user. */
const ADMIN = words(
  'admin administrator auth authentication authorization google identity idp oidc permission role saml sso support',
);
const USER = words('api credential invitation mfa password token user');
const SESSION = words('session');
const SETTING = words('setting preference configuration policy');
const HOST = words('appliance cluster desktop host instance machine pool sandbox server vm workload');

/** Verbs that give somebody a thing, and that take it away. `Add`, `create` and `delete` are among them: a role of a user is no thing of its own. */
const GIVE = words('add assign attach create grant');
const TAKE = words('delete detach remove revoke unassign');

/** An administrator who looks at a user's desktop. How the vendor names the kinds of it is not public. */
const SHADOW = words('shadow shadowing');
/** Verbs of their own for sessions, besides those of all vendors. */
const SESSION_VERBS: Readonly<Record<string, Classification>> = {
  shadow: sessionAct('start', ['session', 'shadowing'], { done: 'started', base: 'start' }),
  unshadow: sessionAct('end', ['session', 'shadowing'], { done: 'ended', base: 'end' }),
  hibernate: sessionAct('info', ['session'], { done: 'hibernated', base: 'hibernate' }),
};
/** `powerOffServer` stops it. */
const POWER: Readonly<Record<string, string>> = { off: 'stop', down: 'stop', on: 'start', up: 'start' };
/** Small words after a verb that belong to it: `powerOffServer`. */
const PARTICLES = words('off on up down out');

/** Understands a kind by its verb and its other words. Unknown words are ignored. */
export const classify = remembered(classifyKind);

function classifyKind(kind: string): Classification {
  const [first = '', ...rest] = wordsOf(kind);
  const about = rest.map(stemOf);
  const sessionVerb = Object.hasOwn(SESSION_VERBS, stemOf(first)) ? SESSION_VERBS[stemOf(first)] : undefined;
  if (sessionVerb) return sessionVerb;
  const verb = verbNamed(first === 'power' ? (POWER[rest[0] ?? ''] ?? first) : first);
  const has = (subject: ReadonlySet<string>) => about.some((word) => subject.has(word));
  if (!verb) return { ...unknownIn(has), action: UNKNOWN_ACTION, known: false };
  const thing = thingOf(rest);
  const act: Act = { verb, thing };
  const known = { action: actionOf(thing, verb.done), known: true, act };
  const { kind: done } = verb;
  // Preferences are a user's own settings, sent by kiosks for every visitor: they change nobody's access.
  if (stemOf(rest.at(-1) ?? '') === 'preference') return preferenceAct(verb, thing);
  const role = roleAct(first, verb, about);
  if (role) return role;
  const membership = membershipAct(first, rest, has(USER));
  if (membership) return membership;
  // An API key has a user of its own.
  const isKey = about.join(' ') === 'api authorization rule';
  if (has(ADMIN) && !isKey) return { category: ['iam'], type: [writing(verb), 'admin'], ...known };
  if (isGroup(about)) return { category: ['iam'], type: [writing(verb), 'group'], ...known };
  if (has(USER)) return { category: ['iam'], type: [writing(verb), 'user'], ...known };
  const isStartOrEnd = done === 'start' || done === 'end';
  if (isStartOrEnd && has(SHADOW) && !has(SETTING) && !has(HOST)) {
    return SESSION_VERBS[done === 'start' ? 'shadow' : 'unshadow'] as Classification;
  }
  if (isStartOrEnd && has(SESSION) && !has(SETTING)) {
    const did = done === 'start' ? { done: 'started', base: 'start' } : { done: 'ended', base: 'end' };
    return sessionAct(done, ['session'], did);
  }
  if ((isStartOrEnd || done === 'restart') && has(HOST)) {
    return { category: ['host'], type: [done === 'restart' ? 'change' : done], ...known };
  }
  // A verb alone still says that something was created, changed or deleted. A name without a known verb says nothing.
  return { category: ['configuration'], type: [done === 'access' ? 'access' : writing(verb)], ...known };
}

function sessionAct(type: string, thing: readonly string[], verb: Act['verb']): Classification {
  return { category: ['session'], type: [type], action: actionOf(thing, verb.done), known: true, act: { verb, thing } };
}

function unknownIn(has: (subject: ReadonlySet<string>) => boolean): Pick<Classification, 'category' | 'type'> {
  const subject = has(ADMIN) ? 'admin' : has(USER) ? 'user' : undefined;
  return subject === undefined ? { category: [], type: ['info'] } : { category: ['iam'], type: ['info', subject] };
}

/** To make or delete preferences is to change them. */
function preferenceAct(verb: Verb, words: readonly string[]): Classification {
  const thing = [...words.slice(0, -1), 'preferences'];
  const did =
    verb.kind === 'creation'
      ? { done: 'updated', base: 'update' }
      : verb.kind === 'deletion'
        ? { done: 'cleared', base: 'clear' }
        : verb;
  return {
    category: ['configuration'],
    type: [verb.kind === 'access' ? 'access' : 'change'],
    action: actionOf(thing, did.done),
    known: true,
    act: { verb: did, thing },
  };
}

/** A group of users. There are others, such as groups of pools. */
function isGroup(about: readonly string[]): boolean {
  return about[0] === 'group' || (about[0] === 'user' && about[1] === 'group');
}

/** A role that a user is given or loses is a change of that user. */
function roleAct(first: string, verb: Verb, about: readonly string[]): Classification | undefined {
  const what = about.find((word) => word === 'role' || word === 'permission');
  if (what === undefined) return undefined;
  const ofUser = about.includes('user');
  const gives = GIVE.has(first) && (ofUser || first === 'assign' || first === 'grant');
  const takes = TAKE.has(first) && (ofUser || first === 'unassign' || first === 'revoke');
  const change = { category: ['iam'], type: ['change', 'user'], known: true } as const;
  if (gives || takes) {
    const did = gives ? { done: 'assigned', base: 'assign' } : { done: 'removed', base: 'remove' };
    return { ...change, action: actionOf([what], did.done), role: gives ? 'assigned' : 'removed' };
  }
  if (!ofUser || writing(verb) !== 'change') return undefined;
  return { ...change, action: `user-${what}s-${verb.done}`, role: 'updated' };
}

/** Something that is added to a thing, or taken from it, changes that thing: `addUserToGroup`. */
function membershipAct(first: string, rest: readonly string[], isAboutUser: boolean): Classification | undefined {
  const isAddition = first === 'add' || first === 'assign';
  if (!isAddition && first !== 'remove' && first !== 'unassign') return undefined;
  const at = rest.lastIndexOf(isAddition ? 'to' : 'from');
  if (at <= 0 || at === rest.length - 1) return undefined;
  const whole = rest.slice(at + 1).map(stemOf);
  const part = rest.slice(0, at).map(stemOf);
  const isOfGroup = whole.at(-1) === 'group' && isGroup(whole);
  const isMember = isOfGroup && part.join() === 'user';
  const thing = [...whole, ...(isMember ? ['member'] : part)];
  const verb = isAddition ? { done: 'added', base: 'add' } : { done: 'removed', base: 'remove' };
  const second = isOfGroup ? 'group' : isAboutUser ? 'user' : undefined;
  return {
    category: [second === undefined ? 'configuration' : 'iam'],
    type: ['change', ...(second === undefined ? [] : [second])],
    action: actionOf(thing, verb.done),
    known: true,
    act: { verb, thing },
  };
}

/** The act as a type for iam and configuration: there, to start or stop something is to change it, and to read is no act. */
function writing({ kind }: Verb): string {
  if (kind === 'access') return 'info';
  return kind === 'creation' || kind === 'deletion' ? kind : 'change';
}

/** The thing's own words, without those that belong to the verb. */
function thingOf(rest: readonly string[]): string[] {
  const from = rest.findIndex((word) => !PARTICLES.has(word));
  const words = rest.slice(Math.max(0, from));
  // The product's own name says nothing: `updateFrameSupportAccess`.
  const thing = words.length > 1 && words[0] === 'frame' ? words.slice(1) : words;
  return [...thing.slice(0, -1), singular(thing.at(-1) ?? '')].filter((word) => word !== '');
}

/** The words of a name in lower case: `deleteSAMLProviders` is delete, saml, providers. */
function wordsOf(kind: string): string[] {
  return kind
    .slice(0, LONGEST_KIND)
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The verb of a kind. Undefined for a kind without words. */
export function firstWordOf(kind: string): string | undefined {
  return wordsOf(kind)[0];
}

/** A word without a plural and a number at its end. */
function stemOf(word: string): string {
  return word.replace(/\d+$/, '').replace(/(?<!s)s$/, '');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
