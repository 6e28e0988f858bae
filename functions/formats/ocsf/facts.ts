/** The fields of `event` that decide the class, the activity and the severity of an event. */
export interface KindOfEvent {
  readonly kind: string | undefined;
  readonly categories: readonly string[];
  readonly types: readonly string[];
  /** The beginning of the action. */
  readonly action: string;
  readonly hasFailed: boolean;
  /** Whether the event is about something that Tidemark itself did or found. */
  readonly isSelfEvent: boolean;
}

/** The kind of an event, and what its action says. */
export interface EcsFacts extends KindOfEvent {
  /** The words of the action, in lower case. */
  readonly words: readonly string[];
}

/** Reads the kind from the fields of `event`; a value of another type than ECS demands is ignored. */
export function kindOf(about: Readonly<Record<string, unknown>>): KindOfEvent {
  return {
    kind: isWord(about.kind) ? about.kind : undefined,
    categories: listOf(about.category),
    types: listOf(about.type),
    action: typeof about.action === 'string' ? about.action.slice(0, MAX_ACTION) : '',
    hasFailed: about.outcome === 'failure',
    isSelfEvent: about.module === 'tidemark',
  };
}

export function factsIn(kind: KindOfEvent): EcsFacts {
  return { ...kind, words: wordsIn(kind.action) };
}

/** Maximum length of an ECS keyword. */
const MAX_WORD = 1_024;

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_WORD && value.isWellFormed();
}

function listOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.every(isWord) ? value : value.filter(isWord);
}

/** Maximum length of an action that is looked at: the beginning of a longer one is enough. */
const MAX_ACTION = 200;

/** `UserAdded`, `user-added` and `USER_ADDED` are the words user and added. */
function wordsIn(action: string): readonly string[] {
  return action
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
