/** Maximum number of characters of an action. */
const LONGEST_ACTION = 100;

/** Words that are plural also where one thing is meant. */
const ALWAYS_PLURAL = new Set([
  'settings',
  'preferences',
  'bindings',
  'analytics',
  'metrics',
  'roles',
  'series',
  'status',
]);
/** Words that name a part of something else where they stand alone. */
const WHOLE_NAMES: ReadonlyMap<string, string> = new Map([['password', 'user-password']]);

/** Words as one that queries and rules can name: `usage limits` and `updated` are `usage-limit-updated`. */
export function actionOf(thing: readonly string[], done: string): string {
  const words = thing.length > 0 ? [...thing.slice(0, -1), singular(thing.at(-1) ?? '')] : ['thing'];
  const name = words.join('-').toLowerCase();
  return `${shortWord(WHOLE_NAMES.get(name) ?? name, LONGEST_ACTION - done.length - 1)}-${done}`;
}

/** The words of a text, in lower case: letters and digits, and nothing else. */
export function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A word in the singular, unless it has none. */
export function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || ALWAYS_PLURAL.has(word) || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.replace(/(?:(?<=ss|x|ch|sh)es|s)$/, '');
}

function shortWord(word: string, longest: number): string {
  return [...word].slice(0, longest).join('').toWellFormed().replace(/-+$/, '');
}
