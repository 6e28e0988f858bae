import { EcsFlat } from '@elastic/ecs';
import { TidemarkError } from '../../functions/core/errors.ts';

export const AUTHS = {
  header: 'a key or token in a header, such as Authorization: Bearer ...',
  'oauth2-client-credentials': 'OAuth2: a client gets access tokens from a token endpoint',
} as const;
export const PAGINGS = {
  link: 'a Link header with the address of the next page',
  cursor: 'a cursor in the body, which the next request repeats',
  offset: 'the number of rows to skip',
} as const;

/** What the files of a new source depend on. */
export interface Answers {
  readonly id: string;
  /** The product's name, for people. */
  readonly name: string;
  /** The name of its first stream. It becomes a part of checkpoints and ids, so it never changes either. */
  readonly stream: string;
  readonly auth: keyof typeof AUTHS;
  readonly paging: keyof typeof PAGINGS;
}

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** It is a part of names in AWS, which are at most 64 characters long. */
const LONGEST_ID = 24;
const LONGEST_STREAM = 40;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} .&+-]{0,59}$/u;
/** Facts of the vendor without an ECS field stand under its id, so no field of an event may have this name. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.keys(EcsFlat).map((field) => field.replace(/\..*/, '')),
  'tidemark',
  // Tests call their made-up vendor so.
  'memory',
]);

/** What is wrong with an id for a new source; undefined if nothing is. @param there the ids of the sources that there are */
export function problemOfId(id: string, there: readonly string[]): string | undefined {
  if (there.includes(id)) return `There is a source ${id} already.`;
  if (TAKEN.has(id)) return `${JSON.stringify(id)} is a field of every event, or a name that Tidemark uses itself.`;
  if (ID.test(id) && id.length <= LONGEST_ID) return undefined;
  return `The id ${JSON.stringify(id)} does not fit: small letters and digits, with single dashes between words, at most ${LONGEST_ID} characters, such as acme or acme-cloud.`;
}

export function problemOfName(name: string): string | undefined {
  return NAME.test(name)
    ? undefined
    : `The name ${JSON.stringify(name)} does not fit: letters, digits, spaces and . & + -, at most 60.`;
}

export const USUAL_STREAM = 'audit-events';

/** The names of the files beside that of the stream. */
const FILES: ReadonlySet<string> = new Set(['auth', 'handler', 'map', 'pages', 'quota', 'source']);

export function problemOfStream(stream: string): string | undefined {
  if (FILES.has(stream)) return `The stream cannot be called ${JSON.stringify(stream)}: a file has this name.`;
  if (ID.test(stream) && stream.length <= LONGEST_STREAM) return undefined;
  return `The stream ${JSON.stringify(stream)} does not fit: words of small letters and digits with dashes between them, such as audit-events.`;
}

/** `acme-cloud` is usually `Acme Cloud`. */
export function usualName(id: string): string {
  return id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** Checks options of the command line. */
export function checkAnswers(
  {
    id,
    name = usualName(id),
    stream = USUAL_STREAM,
    auth = 'header',
    paging = 'link',
  }: Readonly<Partial<Record<keyof Answers, string>>> & { readonly id: string },
  there: readonly string[],
): Answers {
  const problem = problemOfId(id, there) ?? problemOfName(name) ?? problemOfStream(stream);
  if (problem !== undefined) throw wrong(problem, 'Nothing was written. Choose another one.');
  return { id, name, stream, auth: oneOf('--auth', auth, AUTHS), paging: oneOf('--paging', paging, PAGINGS) };
}

function oneOf<Name extends string>(flag: string, given: string, choices: Readonly<Record<Name, string>>): Name {
  if (Object.hasOwn(choices, given)) return given as Name;
  throw wrong(
    `${flag} is ${JSON.stringify(given)}.`,
    `Nothing was written. There are: ${Object.keys(choices).join(', ')}. For others, docs/add-a-vendor.md names a vendor to take as a model.`,
  );
}

export function wrong(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
