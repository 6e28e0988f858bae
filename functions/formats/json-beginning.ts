/**
 * The beginning of the value as JSON: complete if it has at most `max` characters, else cut somewhere behind them.
 * Work and recursion are bounded by `max`, whatever the value.
 */
export function jsonBeginning(value: unknown, max: number): string {
  const out = { text: '' };
  write(value, max, out);
  return out.text;
}

/** Each level of nesting writes at least one character, so that `max` bounds the recursion too. */
function write(value: unknown, max: number, out: { text: string }): void {
  if (out.text.length > max) return;
  if (typeof value === 'string') out.text += quoted(value, max);
  else if (typeof value !== 'object' || value === null) out.text += JSON.stringify(value) ?? 'null';
  else if (Array.isArray(value)) writeList(value, max, out);
  else writeObject(value, max, out);
}

function writeList(list: readonly unknown[], max: number, out: { text: string }): void {
  out.text += '[';
  let isFirst = true;
  for (const item of list) {
    if (out.text.length > max) return;
    if (!isFirst) out.text += ',';
    isFirst = false;
    write(item, max, out);
  }
  out.text += ']';
}

function writeObject(object: object, max: number, out: { text: string }): void {
  out.text += '{';
  let isFirst = true;
  for (const key of Object.keys(object)) {
    const item = (object as Record<string, unknown>)[key];
    if (out.text.length > max) return;
    out.text += `${isFirst ? '' : ','}${quoted(key, max)}:`;
    isFirst = false;
    write(item, max, out);
  }
  out.text += '}';
}

function quoted(text: string, max: number): string {
  const beginning = text.length > max ? text.slice(0, max + 1) : text;
  return UNESCAPED.test(beginning) ? `"${beginning}"` : JSON.stringify(beginning);
}

/** A text that JSON writes as it is, as most are: to write it takes less time than to call JSON.stringify. */
const UNESCAPED = /^[ !#-[\]-~]*$/;
