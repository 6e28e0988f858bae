import type { Pattern } from '../sigma/pattern.ts';
import type { FieldMatch } from '../sigma/rule.ts';

// Sigma compares texts without regard to case. Most stores compare with it: what may be written in several ways has to be asked for so.

/** Fields whose values are words of Tidemark's own or of the Elastic Common Schema: always in lower case. */
const LOWER_CASE: ReadonlySet<string> = new Set([
  'event.action',
  'event.category',
  'event.dataset',
  'event.kind',
  'event.module',
  'event.outcome',
  'event.type',
  'tags',
  'tidemark.act',
]);

/** Whether the values of a field are always in lower case. */
export function isLowerCase(field: string): boolean {
  return LOWER_CASE.has(field);
}

/** Whether a field holds a list. */
export function isList({ type }: FieldMatch): boolean {
  return type.endsWith('[]');
}

/** Whether a field holds addresses. */
export function isAddress({ type }: FieldMatch): boolean {
  return type.startsWith('ip');
}

/** The text of a pattern without wildcards; undefined if it has some. */
export function plainText(pattern: Pattern): string | undefined {
  const texts = pattern.map((part) => ('text' in part ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join('');
}

/** A pattern in another notation: how it writes wildcards, and the text between them. */
export function written(pattern: Pattern, many: string, one: string, quote: (text: string) => string): string {
  return pattern.map((part) => ('text' in part ? quote(part.text) : part.wildcard === '*' ? many : one)).join('');
}

/** A pattern with all letters in lower case. */
export function lowered(pattern: Pattern): Pattern {
  return pattern.map((part) => ('text' in part ? { text: part.text.toLowerCase() } : part));
}
