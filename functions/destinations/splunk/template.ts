import * as z from 'zod/mini';
import { described } from '../../core/config/connection.ts';

/** What a template may name, with the maximum length of each value. A value is never empty. */
const LONGEST = { source: 32, stream: 64, connection: 64, format: 4 };

export type Placeholder = keyof typeof LONGEST;

/** Splunk documents no limit. Longer names are not readable in its lists, and each distinct one is kept in every bucket of the index. */
const MOST_CHARACTERS = 255;
/** Characters that searches and props.conf take as they are: no white space, quotes or wildcards. */
const LITERAL = /^[\w.:/@-]*$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const KNOWN = '{source}, {stream}, {connection} and {format}';

/** A setting for a text that may name what an event is from. The error says what is wrong with it. */
export function templateSetting(description: string) {
  const complain = z.check<string>((context) => {
    const message = complaintAbout(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });
  return z.optional(described(z.string().check(complain), `${description} It may contain ${KNOWN}.`));
}

/** Replaces the placeholders of a checked template. */
export function expand(template: string, values: Readonly<Record<Placeholder, string>>): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => (isKnown(name) ? values[name] : whole));
}

/** What would be right in place of this template. Undefined if nothing is wrong with it. */
function complaintAbout(template: string): string | undefined {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = names.find((name) => !isKnown(name));
  if (unknown !== undefined) return `a text without {${unknown}}: the known placeholders are ${KNOWN}`;
  const literal = template.replace(PLACEHOLDER, '');
  if (template === '') return 'a text that is not empty';
  if (!LITERAL.test(literal)) return `letters, digits, _ . : / @ - and the placeholders ${KNOWN}`;
  const longest = names.reduce((sum, name) => sum + (isKnown(name) ? LONGEST[name] : 0), literal.length);
  if (longest <= MOST_CHARACTERS) return undefined;
  return `a text of at most ${MOST_CHARACTERS} characters; with the longest values for its placeholders it has ${longest}`;
}

function isKnown(name: string): name is Placeholder {
  return Object.hasOwn(LONGEST, name);
}
