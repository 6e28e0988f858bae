import type { EcsUser } from '../../core/ecs-event.ts';
import { remembered } from '../../core/events/remembered.ts';
import { displayNameOf } from '../persons.ts';
import { shortened } from '../scalars.ts';
import type { Verb } from './verbs.ts';
import { singular } from './words.ts';

const LONGEST_NAME = 200;

/** Characters that hide text, or change the order or the lines in which it is shown. The joiner within an emoji is none of them. */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\s\u{ad}\u{61c}\u{180e}\u{200b}\u{200c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}]+/gu;

/** Words of visible ASCII characters with single spaces, as most names are: nothing in them is hidden. */
const VISIBLE = /^[!-~]+(?: [!-~]+)*$/;

/** A text of a vendor as a part of a sentence: short, on one line, and nothing in it that is not seen. */
export function plain(text: string, longest = LONGEST_NAME): string {
  if (text.length <= longest && VISIBLE.test(text)) return text;
  return longest === LONGEST_NAME ? usual(text) : cleaned(text, longest);
}

const usual = remembered((text) => cleaned(text, LONGEST_NAME));

function cleaned(text: string, longest: number): string {
  return shortened(
    text
      .slice(0, 2 * longest)
      .replace(HIDDEN, ' ')
      .trim(),
    longest,
  );
}

/** A name between quotes, as `plain` makes it. Undefined if nothing of it can be seen. */
export function quoted(name: string): string | undefined {
  const text = plain(name);
  return text === '' ? undefined : `“${text}”`;
}

/** The name of a person for a sentence. Undefined if nothing can be seen of it. */
export function nameIn(user: EcsUser | undefined): string | undefined {
  const name = user && displayNameOf(user);
  return name === undefined ? undefined : plain(name) || undefined;
}

/** What a sentence tells: who did what to which thing. */
export interface Told {
  /** The name of who acts; undefined if the record names nobody. */
  readonly actor: string | undefined;
  readonly verb: Pick<Verb, 'done' | 'base'>;
  /** What it is done to, in words. */
  readonly thing: readonly string[];
  /** The name of the thing; of the whole, if the thing is a part of something. */
  readonly name?: string | undefined;
  readonly isPart?: boolean | undefined;
  /** Whether the thing is the person who acts. */
  readonly isOwn?: boolean;
  readonly failed?: boolean;
}

/** `Ana Duarte updated a launchpad`, `The launchpad “Design” was deleted`, `Bo Berg removed a video comment from “Town hall”`. */
export function sentenceOf(told: Told): string {
  const { actor, verb, thing, failed = false } = told;
  const object = objectOf(told);
  const done = verb.done.replaceAll('-', ' ');
  if (actor !== undefined) return failed ? `${actor} failed to ${verb.base} ${object}` : `${actor} ${done} ${object}`;
  const subject = object.charAt(0).toUpperCase() + object.slice(1);
  if (failed) return `${subject} could not be ${done}`;
  return `${subject} ${isPlural(thing) ? 'were' : 'was'} ${done}`;
}

/** What happened to a role of a user: `Ana Duarte gave a role to Bo Berg`. */
export function roleSentence(
  actor: string | undefined,
  change: 'assigned' | 'removed' | 'updated',
  { person = 'a user', what = 'role' }: { readonly person?: string | undefined; readonly what?: string } = {},
): string {
  const whom = person.charAt(0).toUpperCase() + person.slice(1);
  if (change === 'assigned')
    return actor === undefined ? `${whom} was given a ${what}` : `${actor} gave a ${what} to ${person}`;
  if (change === 'removed')
    return actor === undefined ? `A ${what} was taken from ${person}` : `${actor} took a ${what} from ${person}`;
  return actor === undefined ? `The ${what}s of ${person} were changed` : `${actor} changed the ${what}s of ${person}`;
}

/** `a launchpad`, `usage limits`, `the launchpad “Design”`, `video settings of “Town hall”`. */
function objectOf({ verb, thing, name, isPart = false, isOwn = false }: Told): string {
  const words = [...thing.slice(0, -1), ...thing.slice(-1).map(singular)];
  const text = spelt(words.join(' '));
  const named = name === undefined ? undefined : quoted(name);
  if (text === '') return named ?? 'something';
  if (named !== undefined && !isPart) return `the ${text} ${named}`;
  if (isOwn && !isPart) return `their own ${text}`;
  const part = isPlural(thing) || UNCOUNTABLE.has(words.at(-1) ?? '') ? text : `${articleOf(text)} ${text}`;
  return named === undefined ? part : `${part} ${PLACES[verb.done] ?? 'of'} ${named}`;
}

/** A thing in words, as they are written. */
const spelt = remembered((words) =>
  plain(
    words
      .split(' ')
      .map(spell)
      .join(' ')
      .replace(/\b(two|multi) factor\b/, '$1-factor'),
  ),
);

/** Where a part is added and where it is taken from. */
const PLACES: Readonly<Record<string, string>> = { added: 'to', removed: 'from' };

/** Words with a U that is spoken as in "user", and letters that are spoken with a vowel before them. */
const articleOf = remembered((text) => {
  const isSpokenSo = /^(?:[aeio]|u(?!s(?:er|age)|n[ai]|rl)|(?:ldap|mfa|sso|saml|ssl)\b)/i.test(text);
  return isSpokenSo ? 'an' : 'a';
});

function spell(word: string): string {
  if (ACRONYMS.has(word.replace(/\d+$/, ''))) return word.toUpperCase();
  return word === 'google' ? 'Google' : word;
}

const ACRONYMS = new Set(['api', 'sso', 'saml', 'mfa', 'dme', 'ldap', 'idp', 'oidc', 'url', 'ssl', 'csv', 'aos', 'id']);
const UNCOUNTABLE = new Set([
  'access',
  'authentication',
  'elasticity',
  'media',
  'shadowing',
  'sso',
  'mfa',
  'software',
  'usage',
]);

function isPlural(thing: readonly string[]): boolean {
  const last = thing.at(-1) ?? '';
  return /[^su]s$/.test(last) && singular(last) === last && last !== 'status';
}
