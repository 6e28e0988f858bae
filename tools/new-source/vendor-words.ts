import type { Source } from '../../functions/core/model.ts';

/** The words that a source is known by: its id, and the words of its title, of its vendor's name and of its API's domain. */
export function vendorWords(sources: readonly Pick<Source, 'id' | 'title' | 'vendor' | 'origin'>[]): Set<string> {
  const texts = sources.flatMap(({ id, title, vendor, origin }) => [id, title, vendor, domainOf(origin)]);
  return new Set(texts.flatMap((text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? []));
}

/** `thing` of `https://api.thing.com/v1`. */
function domainOf(origin: string | undefined): string {
  return origin === undefined ? '' : (new URL(origin).hostname.split('.').at(-2) ?? '');
}

/**
 * The vendors' words in a text, as they are written there. A word counts where it stands alone and as a part of a name:
 * `acme`, `startAcme`, `AcmeOptions`, `ACME_ID` and `acme-id`, but not `acmes` or `pacme`.
 */
export function vendorWordsIn(text: string, words: ReadonlySet<string>): string[] {
  return (text.match(/[A-Za-z0-9]+/g) ?? []).filter((name) => isNamed(name, words));
}

function isNamed(name: string, words: ReadonlySet<string>): boolean {
  if (words.has(name.toLowerCase())) return true;
  // A vendor's own capitals may split its word: any parts in a row may be one.
  const parts = (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+/g) ?? []).map((part) => part.toLowerCase());
  return parts.some((_, from) => parts.some((_, to) => to >= from && words.has(parts.slice(from, to + 1).join(''))));
}
