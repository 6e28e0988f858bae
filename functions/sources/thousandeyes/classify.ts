import { remembered } from '../../core/events/remembered.ts';
import type { MappingLine } from '../../core/model.ts';
import { verbLine } from '../../source-kit/acts/mapping-line.ts';
import { type Verb, type VerbKind, verbNamed, verbOf } from '../../source-kit/acts/verbs.ts';
import { actionOf, singular, wordsIn } from '../../source-kit/acts/words.ts';
import { UNKNOWN_ACTION } from '../../source-kit/unknown-event.ts';

/** The kind of act that the text of an event means. */
export interface Classification {
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** The act by its name in the vocabulary. */
  readonly action: string;
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** Whether the text was understood. The vendor publishes no list of its events, so some are not. */
  readonly known: boolean;
  /** What is done to which thing, for a sentence. Undefined for a sign-in, a sign-out, and a text without a verb. */
  readonly act?: { readonly verb: Pick<Verb, 'done' | 'base'>; readonly thing: readonly string[] };
  /** What happened to a role of the user. */
  readonly role?: 'assigned' | 'removed' | 'updated';
}

/** Maximum length of a text that is looked at: its meaning is at its beginning. */
const LONGEST_TEXT = 1_000;

const LOGIN = /\b(?:log(?:ged)?|sign(?:ed)?)[ -]?(?:in|on)\b/;
const LOGOUT = /\b(?:log(?:ged)?|sign(?:ed)?)[ -]?(?:out|off)\b/;
const FAILURE = /\b(?:failed|failure|denied|rejected|unsuccessful)\b/;
const FAILURES: ReadonlySet<string> = new Set(['failed', 'failure', 'denied', 'rejected', 'unsuccessful', 'attempt']);

/** Nouns that say what is done. The log uses the past tense besides. */
const ACT_NOUNS: Readonly<Record<string, string>> = {
  deletion: 'delete',
  removal: 'remove',
  creation: 'create',
  modification: 'modify',
  update: 'update',
  change: 'change',
  bindings: 'set',
  binding: 'set',
};
/** Words in the past tense that have other meanings, too. */
const NO_VERBS: ReadonlySet<string> = new Set(['set', 'read', 'left', 'get']);
/** In a text with several verbs, the one that says most counts. */
const ORDER: readonly VerbKind[] = ['deletion', 'creation', 'change', 'start', 'end', 'restart', 'access'];

/** "Added to" and "removed from" change the last thing in the text; they neither create nor delete one. */
const MEMBERSHIP = /\b(?:(?:added|assigned|granted)\b.* to\b|(?:removed|unassigned)\b.* from\b)/;

/** What it is done to. An iam event has two types: the act, and the group, user or admin object. */
const SUBJECTS: Readonly<Record<'group' | 'user' | 'admin' | 'thing', string>> = {
  group: 'account groups?',
  thing:
    'account settings?|organizations?|tests?|alert rules?|alerts?|suppression windows?|notifications?|reports?|dashboards?|widgets?|snapshots?|share links?|' +
    'agents?|clusters?|labels?|tags?|integrations?|connectors?|webhooks?|streams?|templates?|monitors?|credentials?|settings?|' +
    'usage|limits?|quotas?|prox(?:y|ies)|networks?|devices?|interfaces?|sites?|certificates?',
  user: 'users?|logins?|sign[ -]?ins?|accounts?|passwords?|(?:api |access |bearer |oauth )?tokens?|two[ -]factor authentication|multi[ -]factor authentication|mfa',
  admin: 'roles?|permissions?|single sign[ -]on|sso|saml|identity providers?',
};
const SUBJECT = new RegExp(
  `\\b(?:${Object.entries(SUBJECTS)
    .map(([kind, words]) => `(?<${kind}>${words})`)
    .join('|')})\\b`,
  'g',
);
/** Things that mean something else with other vendors, and the word that tells them apart. */
const WHOSE: ReadonlyMap<string, string> = new Map([
  ['account', 'user'],
  ['cluster', 'agent'],
  ['credential', 'test'],
  ['device', 'network'],
]);
/** Words after which a text says where, how or by whom. */
const PREPOSITIONS: ReadonlySet<string> = new Set([
  'to',
  'from',
  'by',
  'for',
  'in',
  'of',
  'on',
  'via',
  'with',
  'through',
]);

/**
 * Understands an event by its words. Case, outer space and the final period do not matter: the documentation writes the period, and
 * the log itself does not.
 *
 * @param namesPerson whether the record names a user besides the text: a role that is added or removed is then a role of this user
 */
export function classify(text: string, namesPerson = false): Classification {
  return namesPerson ? aboutPerson(text) : alone(text);
}

const alone = remembered((text) => classifyText(text, false));
const aboutPerson = remembered((text) => classifyText(text, true));

/** The text without what makes no difference. */
function normalized(text: string): string {
  return text.trim().slice(0, LONGEST_TEXT).toLowerCase().replace(/\.$/, '').trim();
}

function classifyText(original: string, namesPerson: boolean): Classification {
  const text = normalized(original);
  const failed = FAILURE.test(text);
  const words = wordsIn(text);
  const at = verbAt(words);
  // "Login disabled" is a change to a user; "Login" and "Login failed" are sign-ins.
  const sign = at < 0 || failed ? signIn(text, failed) : undefined;
  if (sign) return sign;
  const subjects = subjectsIn(text);
  const verb = at < 0 ? undefined : verbIn(words[at] ?? '');
  if (!verb) {
    return {
      ...classOf(subjects[0], undefined),
      action: UNKNOWN_ACTION,
      outcome: failed ? 'failure' : 'unknown',
      known: false,
    };
  }
  // The log uses the past tense for what has been done successfully.
  const outcome = failed ? 'failure' : 'success';
  const role = roleIn(words, subjects, namesPerson);
  if (role) {
    const what = words.some((word) => word.startsWith('permission')) ? 'permission' : 'role';
    return {
      category: ['iam'],
      type: ['change', 'user'],
      action: roleAction(what, role, failed),
      outcome,
      known: true,
      role,
    };
  }
  const isMembership = MEMBERSHIP.test(text);
  const act = isMembership ? partOf(words, at, verb) : { verb, thing: thingOf(words, at) };
  // What comes after "by", "with" and the like is not what it is done to.
  const [first] = subjectsIn(act.thing.join(' '));
  const isAdmin = act.thing.some((word) => ADMIN_WORDS.test(word)) && !/binding/.test(words[at] ?? '');
  const subject = isAdmin && first !== 'group' ? 'admin' : first;
  return {
    ...classOf(subject, isMembership ? 'change' : verb.kind),
    action: actionOf(act.thing, failed ? `${act.verb.base}-failed` : act.verb.done),
    outcome,
    known: subject !== undefined,
    act,
  };
}

const ADMIN_WORDS = /^(?:roles?|permissions?|sso|saml|identity)$/;

function roleAction(what: string, role: 'assigned' | 'removed' | 'updated', failed: boolean): string {
  if (role === 'updated') return `user-${what}s-${failed ? 'update-failed' : 'updated'}`;
  if (!failed) return `${what}-${role}`;
  return `${what}-${role === 'assigned' ? 'assign' : 'remove'}-failed`;
}

/** A sign-in or a sign-out. */
function signIn(text: string, failed: boolean): Classification | undefined {
  const isLogin = LOGIN.test(text);
  if (!isLogin && !LOGOUT.test(text)) return undefined;
  return {
    category: ['authentication'],
    type: [isLogin ? 'start' : 'end'],
    action: failed ? `${isLogin ? 'login' : 'logout'}-failed` : `user-${isLogin ? 'login' : 'logout'}`,
    outcome: failed ? 'failure' : 'success',
    known: true,
  };
}

/** How the mapping would take an event that it does not know. Undefined if it knows it. */
export function lineFor(event: string): MappingLine | undefined {
  if (classify(event).known) return undefined;
  const words = wordsIn(normalized(event));
  const at = verbAt(words);
  if (at < 0) return verbLine(words.at(-1));
  return { file: 'functions/sources/thousandeyes/classify.ts', line: `thing: '…|${thingOf(words, at).join(' ')}s?',` };
}

function classOf(subject: string | undefined, kind: VerbKind | undefined): Pick<Classification, 'category' | 'type'> {
  const done = kind === undefined ? undefined : typeOf(kind);
  if (subject === undefined || subject === 'thing') {
    // A verb alone still says that something was created, changed or deleted. Without a verb, no category is certain.
    return { category: subject || done ? ['configuration'] : [], type: [done ?? 'info'] };
  }
  // iam has no type for access: reading a user changes nothing.
  return { category: ['iam'], type: [done === undefined || done === 'access' ? 'info' : done, subject] };
}

/** To start or stop something is to change it. */
function typeOf(kind: VerbKind): string {
  return kind === 'start' || kind === 'end' || kind === 'restart' ? 'change' : kind;
}

/** Where the verb is that says most; below zero if there is none. */
function verbAt(words: readonly string[]): number {
  const kinds = words.map((word) => verbIn(word)?.kind);
  for (const kind of ORDER) {
    const at = kinds.indexOf(kind);
    if (at >= 0) return at;
  }
  return -1;
}

/** A verb in the past tense, or a noun for an act. */
function verbIn(word: string): Verb | undefined {
  const noun = ACT_NOUNS[word];
  if (noun !== undefined && Object.hasOwn(ACT_NOUNS, word)) return verbNamed(noun);
  if (NO_VERBS.has(word) || FAILURES.has(word)) return undefined;
  return word.endsWith('ed') || word === 'reset' ? verbOf(word) : undefined;
}

/** The kinds of things in the text, in order. */
function subjectsIn(text: string): string[] {
  return [...text.matchAll(SUBJECT)].flatMap(({ groups = {} }) =>
    Object.keys(groups).filter((kind) => groups[kind] !== undefined),
  );
}

/** What happened to a role of a user. Undefined if it is no act on a user's role. */
function roleIn(words: readonly string[], subjects: readonly string[], namesPerson: boolean): Classification['role'] {
  if (!subjects.includes('admin')) return undefined;
  const has = (...some: readonly string[]) => some.some((word) => words.includes(word));
  const ofUser = subjects.includes('user') && !subjects.includes('group');
  if (has('assigned', 'granted')) return 'assigned';
  if (has('unassigned', 'revoked')) return 'removed';
  if (!ofUser && !namesPerson) return undefined;
  if (has('added')) return 'assigned';
  if (has('removed')) return 'removed';
  return ofUser && words.some((word) => verbIn(word)?.kind === 'change') ? 'updated' : undefined;
}

/** What comes before the verb, or after it; without the words that say where, how and by whom. */
function thingOf(words: readonly string[], at: number): string[] {
  // The noun for these is a part of the thing's name: the bindings of a test are changed, and not the test.
  const before = words.slice(0, words[at]?.startsWith('binding') ? at + 1 : at);
  const thing = (before.length > 0 ? before : beforePreposition(words.slice(at + 1))).filter(
    (word) => !FAILURES.has(word),
  );
  return ownName(thing);
}

/** The thing by a name that it has with no other vendor. */
function ownName(thing: readonly string[]): string[] {
  const [first = '', second = 'bindings'] = thing;
  const whose = WHOSE.get(singular(first));
  return whose !== undefined && second === 'bindings' ? [whose, singular(first), ...thing.slice(1)] : [...thing];
}

/** A part that came to something, or was taken from it: `Label added to test` is about the label of a test. */
function partOf(words: readonly string[], at: number, { kind }: Verb): NonNullable<Classification['act']> {
  const isRemoval = kind === 'deletion' || words[at] === 'unassigned';
  const preposition = words.lastIndexOf(isRemoval ? 'from' : 'to');
  const whole = beforePreposition(words.slice(preposition + 1));
  const part = beforePreposition(words.slice(0, at).length > 0 ? words.slice(0, at) : words.slice(at + 1, preposition));
  const isMember = whole.at(-1)?.startsWith('group') && /^users?$/.test(part.join(' '));
  return {
    verb: isRemoval ? { done: 'removed', base: 'remove' } : { done: 'added', base: 'add' },
    thing: [
      ...ownName([...whole.slice(0, -1), singular(whole.at(-1) ?? '')]),
      ...(isMember ? ['member'] : ownName(part)),
    ],
  };
}

function beforePreposition(words: readonly string[]): string[] {
  const end = words.findIndex((word) => PREPOSITIONS.has(word));
  return words.slice(0, end < 0 ? words.length : end);
}
