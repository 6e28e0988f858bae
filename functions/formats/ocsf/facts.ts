import { remembered } from '../../core/events/remembered.ts';

/** The facts that decide the class and the activity of an event. */
export interface EcsFacts {
  readonly kind: string | undefined;
  readonly categories: readonly string[];
  readonly types: readonly string[];
  /** The words of the action, in lower case. */
  readonly words: readonly string[];
  /** Whether the event is about something that Tidemark itself did or found. */
  readonly isSelfEvent: boolean;
}

/** Reads these facts from the fields of `event`; a value of another type than ECS demands is ignored. */
export function factsOf(about: Readonly<Record<string, unknown>>): EcsFacts {
  return {
    kind: isWord(about.kind) ? about.kind : undefined,
    categories: listOf(about.category),
    types: listOf(about.type),
    words: typeof about.action === 'string' ? wordsIn(about.action) : [],
    isSelfEvent: about.module === 'tidemark',
  };
}

/** Maximum length of an ECS keyword. */
const MAX_WORD = 1_024;

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_WORD && value.isWellFormed();
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(isWord) : [];
}

/** Maximum length of an action that is looked at: the beginning of a longer one is enough. */
const MAX_ACTION = 200;

/** `UserAdded`, `user-added` and `USER_ADDED` are the words user and added. */
const wordsIn = remembered((action): readonly string[] =>
  action
    .slice(0, MAX_ACTION)
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== ''),
);
