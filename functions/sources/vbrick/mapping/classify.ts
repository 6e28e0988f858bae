import { remembered } from '../../../core/events/remembered.ts';
import { type Verb as AnyVerb, verbOf } from '../../../source-kit/acts/verbs.ts';
import { actionOf, singular } from '../../../source-kit/acts/words.ts';

/** The kind of thing that an act is about, and what is done to it. */
export interface Act {
  readonly subject: Subject;
  readonly verb: Verb | undefined;
  /** What is done to which thing, in words. Undefined for a sign-in or sign-out, and where the verb is not known. */
  readonly told: Told | undefined;
  /** Whether the name itself says that it did not succeed. */
  readonly failed: boolean;
}

export interface Told {
  readonly verb: Pick<AnyVerb, 'done' | 'base'>;
  readonly thing: readonly string[];
  /** Whether it is a part of the thing that the row is about: a comment of a video. */
  readonly isPart?: boolean;
}

export type Subject = 'access' | 'user' | 'group' | 'role' | 'device' | 'video' | 'webcast' | 'other';
export type Verb = 'start' | 'end' | 'creation' | 'change' | 'deletion' | 'view';

const LONGEST_KEY = 200;
/** Maximum length of a status, or of another value, in an action. */
const LONGEST_WORD = 60;

const SIGN_IN = /\b(?:log|sign)(?:ged|ed)?-?(?:on|in)\b/;
const SIGN_OUT = /\b(?:log|sign)(?:ged|ed)?-?(?:off|out)\b/;
const FAILED = /\b(?:fail(?:ed|ure)?|denied|rejected|invalid|unsuccessful)\b/;

const SUBJECTS: ReadonlyMap<string, Subject> = new Map([
  ['useraccess', 'access'],
  ['user', 'user'],
  ['group', 'group'],
  ['role', 'role'],
  ['video', 'video'],
  ['webcast', 'webcast'],
]);

/** Words for the thing itself in commands. Anything else that is added to it or removed from it is a part of it. */
const NOUNS: Readonly<Record<Subject, readonly string[]>> = {
  access: [],
  user: ['user', 'account'],
  group: ['group'],
  role: ['role'],
  device: ['device', 'dme', 'encoder', 'connector', 'akamai'],
  video: ['video', 'media', 'recording'],
  webcast: ['webcast', 'event', 'broadcast'],
  other: [],
};
const PREPOSITIONS = ['to', 'into', 'from', 'in', 'of', 'for', 'by', 'with', 'on', 'via', 'as'];

/** Understands a row by its two keys. New names are normal: their verbs say what they do. */
export function classify(messageKey = '', entityKey = ''): Act {
  return classifyPair(JSON.stringify([messageKey, entityKey]));
}

const classifyPair = remembered((pair) => {
  const [messageKey, entityKey] = JSON.parse(pair) as [string, string];
  return classifyKeys(messageKey, entityKey);
});

function classifyKeys(messageKey: string, entityKey: string): Act {
  const words = wordsIn(messageKey);
  const name = words.join('-');
  const entity = wordsIn(entityKey);
  const subject = subjectOf(entityKey, entity);
  const failed = FAILED.test(name);
  const sign = signOf(subject, words, name);
  if (sign) return { subject: 'access', verb: sign, told: undefined, failed };
  const act = actIn(words, { subject: subject === 'access' ? 'user' : subject, entity });
  // A change to a user is no sign-in, though it may be in the log of sign-ins.
  return { subject: subject === 'access' && act ? 'user' : subject, verb: act?.kind, told: act?.told, failed };
}

/** A text as one word that queries and rules can name: `LockedOut` is `locked-out`. */
export function wordOf(text: string): string | undefined {
  const word = wordsIn(text).join('-').slice(0, LONGEST_WORD).toWellFormed().replace(/-$/, '');
  return word === '' ? undefined : word;
}

/** The first word of a command, which is mostly its verb. */
export function firstWordOf(messageKey: string): string | undefined {
  return wordsIn(messageKey)[0];
}

/** The words of a name's last part, in lower case: `Network:SaveSSOSettings` has save, sso and settings. */
function wordsIn(name: string): string[] {
  const last = name.slice(0, LONGEST_KEY).split(/[:.]/).at(-1) ?? '';
  const words = last.match(/\p{Lu}{2,}s(?!\p{Ll})|\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

function subjectOf(entityKey: string, entity: readonly string[]): Subject {
  if (/^\W*Devices\b/i.test(entityKey)) return 'device';
  return SUBJECTS.get(entity.join('')) ?? 'other';
}

/** Whether somebody signed in or out. In other logs only a `Record...` command is a sign-in: some settings have the same words. */
function signOf(subject: Subject, words: readonly string[], name: string): Verb | undefined {
  if (subject !== 'access' && words[0] !== 'record') return undefined;
  return SIGN_OUT.test(name) ? 'end' : SIGN_IN.test(name) ? 'start' : undefined;
}

interface About {
  readonly subject: Subject;
  readonly entity: readonly string[];
}

/** What is done to the thing. Adding or removing a part of it is a change. */
function actIn(
  words: readonly string[],
  about: About,
): { readonly kind: Exclude<Verb, 'start' | 'end'>; readonly told: Told } | undefined {
  const at = words.findIndex((word) => verbOf(word) !== undefined);
  const verb = verbOf(words[at] ?? '');
  if (!verb) return undefined;
  const object = at === 0 || at < words.length - 1 ? words.slice(at + 1) : words.slice(0, at);
  const end = object.findIndex((word) => PREPOSITIONS.includes(word));
  const thing = (end >= 0 ? object.slice(0, end) : object).filter((word) => !FAILED.test(word));
  const isAddition = /^add/.test(words[at] ?? '');
  const isMembership =
    end >= 0 && (isAddition || /^remov/.test(words[at] ?? '')) && ['to', 'into', 'from'].includes(object[end] ?? '');
  if (isMembership) return { kind: 'change', told: memberOf(about, thing, object.slice(end + 1), isAddition) };
  const head = thing.at(-1);
  const { subject, entity } = about;
  const nouns = [...NOUNS[subject], ...entity];
  const isWhole =
    head === undefined ||
    NOUNS[subject].length + entity.length === 0 ||
    nouns.some((noun) => head === noun || head === `${noun}s`);
  const role = roleVerb(verb, { subject, head: head ?? (subject === 'role' ? subject : undefined) });
  if (role) return { kind: 'change', told: { verb: role, thing: ['role'] } };
  const told = { verb, thing: nameOf(about, thing), isPart: !isWhole };
  if (verb.kind === 'access') return { kind: 'view', told };
  if (verb.kind !== 'creation' && verb.kind !== 'deletion') return { kind: 'change', told };
  if (isWhole) return { kind: verb.kind, told };
  return { kind: 'change', told: { ...told, verb: verb.kind === 'creation' ? ADDED : REMOVED } };
}

const ADDED = { done: 'added', base: 'add' };
const REMOVED = { done: 'removed', base: 'remove' };

const GIVES = new Set(['assigned', 'granted', 'attached']);
const TAKES = new Set(['unassigned', 'revoked', 'detached']);

/** What happened to a role of a user; undefined if it is something else. A role alone is always given to somebody. */
function roleVerb(
  { done, kind }: AnyVerb,
  { subject, head }: { readonly subject: Subject; readonly head: string | undefined },
): Told['verb'] | undefined {
  if (head !== 'role' && head !== 'roles') return undefined;
  if (GIVES.has(done)) return ROLE_GIVEN;
  if (TAKES.has(done)) return ROLE_TAKEN;
  if (subject !== 'user') return undefined;
  return kind === 'creation' ? ROLE_GIVEN : kind === 'deletion' ? ROLE_TAKEN : undefined;
}

/** A part that came to a thing or was taken from it: the thing is the one that the row is about. */
function memberOf(about: About, first: readonly string[], second: readonly string[], isAddition: boolean): Told {
  const { subject } = about;
  const isOf = (words: readonly string[]) => NOUNS[subject].includes(singular(words.at(-1) ?? ''));
  const [whole, part] = isOf(first) && !isOf(second) ? [first, second] : [second, first];
  const names = [whole, part].map((words) => (words.at(-1) ?? '').replace(/s$/, ''));
  if (names.includes('role') && names.includes('user'))
    return { verb: isAddition ? ROLE_GIVEN : ROLE_TAKEN, thing: ['role'] };
  const isMember = subject === 'group' && /^users?$/.test(part.join(' '));
  if (subject === 'user' && names.includes('group'))
    return { verb: isAddition ? ADDED : REMOVED, thing: ['user', 'group', 'membership'] };
  const thing = [...whole.slice(0, -1), singular(whole.at(-1) ?? ''), ...(isMember ? ['member'] : part)];
  return { verb: isAddition ? ADDED : REMOVED, thing: nameOf(about, thing), isPart: true };
}

/** What happened to a role of a user. */
export const ROLE_GIVEN = { done: 'assigned', base: 'assign' };
export const ROLE_TAKEN = { done: 'removed', base: 'remove' };

/**
 * The thing in the words of the command; in those of the row's thing where the command has none. A comment is one of a video: the
 * name of a part begins with what it is a part of.
 */
function nameOf(about: About, words: readonly string[]): readonly string[] {
  const thing = ownNameOf(about, words);
  const { subject } = about;
  const nouns = NOUNS[subject];
  if (subject === 'user' && /^(?:role|permission)$/.test(thing.join(' '))) return ['user', `${thing.at(-1)}s`];
  if (nouns.length === 0 || thing.some((word) => nouns.includes(singular(word)))) return thing;
  return [subject, ...thing];
}

function ownNameOf({ subject, entity }: About, thing: readonly string[]): readonly string[] {
  if (thing.length === 0)
    return subject === 'other' || subject === 'device' ? entity : [subject === 'access' ? 'user' : subject];
  const last = singular(thing.at(-1) ?? '');
  const name = thing.length === 1 ? NAMES.get(`${subject} ${last}`) : undefined;
  return name ?? [...thing.slice(0, -1), last];
}

/** Names in commands that stand for something else with other vendors. */
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['user account', ['user']],
  ['device connector', ['ldap', 'connector']],
  ['webcast event', ['webcast']],
  ['video medium', ['video']],
  ['video media', ['video']],
  ['webcast broadcast', ['webcast']],
  ['video recording', ['video']],
]);

/** The act by its name in the vocabulary. */
export function actionFor({ verb, thing }: Told, failed: boolean): string {
  // To reject something is an act of its own, and no act that failed.
  return actionOf(thing, failed && !FAILED.test(verb.done) ? `${verb.base}-failed` : verb.done);
}
