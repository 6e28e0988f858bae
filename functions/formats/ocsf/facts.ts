/** What decides the class and the activity of an event. */
export interface EcsFacts {
  readonly kind: string | undefined;
  readonly categories: readonly string[];
  readonly types: readonly string[];
  /** The words of the action, in small letters. */
  readonly words: readonly string[];
  /** Whether it tells of something that Tidemark itself did or found. */
  readonly isOwnAct: boolean;
}

/** Reads the deciding fields; what is not of the type that ECS gives it is not there. */
export function factsOf(about: Readonly<Record<string, unknown>>): EcsFacts {
  return {
    kind: isWord(about.kind) ? about.kind : undefined,
    categories: listOf(about.category),
    types: listOf(about.type),
    words: typeof about.action === 'string' ? wordsIn(about.action) : [],
    isOwnAct: about.module === 'tidemark',
  };
}

/** A keyword of ECS is at most so long. */
const LONGEST_WORD = 1_024;

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_WORD && value.isWellFormed();
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(isWord) : [];
}

/** Actions are short; what is longer tells what it is at its beginning. */
const LONGEST_ACTION = 200;

/** `UserAdded`, `user-added` and `USER_ADDED` are the words user and added. */
function wordsIn(action: string): readonly string[] {
  return action
    .slice(0, LONGEST_ACTION)
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
