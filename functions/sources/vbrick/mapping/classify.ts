import { remembered } from '../../../core/events/remembered.ts';

/** The kind of thing that an act is about, and what is done to it. */
export interface Act {
  readonly subject: Subject;
  readonly verb: Verb | undefined;
  /** The MessageKey as one word that queries and rules can name: `add-users-to-group`. */
  readonly action: string | undefined;
  /** Whether the name itself says that it did not succeed. */
  readonly failed: boolean;
}

export type Subject = 'access' | 'user' | 'group' | 'device' | 'video' | 'webcast' | 'other';
export type Verb = 'start' | 'end' | 'creation' | 'change' | 'deletion' | 'view';

const LONGEST_KEY = 200;
const LONGEST_ACTION = 100;

const SIGN_IN = /\b(?:log|sign)(?:ged|ed)?-?(?:on|in)\b/;
const SIGN_OUT = /\b(?:log|sign)(?:ged|ed)?-?(?:off|out)\b/;
const FAILED = /\b(?:fail(?:ed|ure)?|denied|rejected|invalid|unsuccessful)\b/;

/** The verbs in the names of the vendor's commands. The vendor does not publish a list of its commands. */
const VERBS: ReadonlyMap<string, Verb> = new Map(
  Object.entries({
    creation: 'add create register upload import ingest invite copy clone duplicate generate provision',
    deletion: 'delete remove purge unregister erase destroy deprovision',
    change:
      'modify save update set edit change rename move replace assign unassign grant revoke enable disable activate ' +
      'deactivate reactivate suspend unsuspend resume lock unlock reset approve reject publish unpublish archive restore ' +
      'transfer start stop begin end cancel schedule reschedule share unshare link unlink confirm convert merge ' +
      'synchronize sync license unlicense trim replace complete extend expire reboot restart upgrade renew rotate ' +
      'configure process transcode',
    view: 'view download get export play watch read access list search',
  }).flatMap(([verb, words]) => words.split(' ').map((word) => [word, verb as Verb] as const)),
);

const SUBJECTS: ReadonlyMap<string, Subject> = new Map([
  ['useraccess', 'access'],
  ['user', 'user'],
  ['group', 'group'],
  ['video', 'video'],
  ['webcast', 'webcast'],
]);

/** Words for the thing itself in commands. Anything else that is added to it or removed from it is a part of it. */
const NOUNS: Readonly<Record<Subject, readonly string[]>> = {
  access: [],
  user: ['user', 'account'],
  group: ['group'],
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
  const action = wordOf(words);
  const entity = wordsIn(entityKey);
  const subject = subjectOf(entityKey, entity);
  const facts = { action, failed: FAILED.test(action ?? '') };
  const sign = signOf(subject, words, action ?? '');
  if (sign) return { subject: 'access', verb: sign, ...facts };
  const verb = verbOf(words, [...NOUNS[subject], ...entity]);
  // A change to a user is no sign-in, though it may be in the log of sign-ins.
  return { subject: subject === 'access' && verb ? 'user' : subject, verb, ...facts };
}

/** A text as one word that queries and rules can name: `LockedOut` is `locked-out`. */
export function wordOf(text: string | readonly string[]): string | undefined {
  const word = (typeof text === 'string' ? wordsIn(text) : text).join('-');
  const short = [...word].slice(0, LONGEST_ACTION).join('').replace(/-$/, '');
  return short === '' ? undefined : short;
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
function signOf(subject: Subject, words: readonly string[], action: string): Verb | undefined {
  if (subject !== 'access' && words[0] !== 'record') return undefined;
  return SIGN_OUT.test(action) ? 'end' : SIGN_IN.test(action) ? 'start' : undefined;
}

/** What is done to the thing. Adding or removing a part of it is a change. */
function verbOf(words: readonly string[], nouns: readonly string[]): Verb | undefined {
  const at = words.findIndex((word) => verbIn(word) !== undefined);
  const verb = verbIn(words[at] ?? '');
  if (verb !== 'creation' && verb !== 'deletion') return verb;
  const object = at === 0 || at < words.length - 1 ? words.slice(at + 1) : words.slice(0, at);
  const end = object.findIndex((word) => PREPOSITIONS.includes(word));
  const isMembership =
    end >= 0 && /^(?:add|remov)/.test(words[at] ?? '') && ['to', 'into', 'from'].includes(object[end] ?? '');
  const head = (end >= 0 ? object.slice(0, end) : object).at(-1);
  const isWhole =
    head === undefined || nouns.length === 0 || nouns.some((noun) => head === noun || head === `${noun}s`);
  return isWhole && !isMembership ? verb : 'change';
}

/** The verb of a word in any form: add, adds, added; modify, modified; stop, stopped. */
function verbIn(word: string): Verb | undefined {
  const endings: readonly (readonly [RegExp, string])[] = [
    [/$/, ''],
    [/e?[sd]$/, ''],
    [/[sd]$/, ''],
    [/ie[sd]$/, 'y'],
    [/(.)\1ed$/, '$1'],
  ];
  return endings.map(([ending, stem]) => VERBS.get(word.replace(ending, stem))).find((verb) => verb !== undefined);
}
