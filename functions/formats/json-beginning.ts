/**
 * The value as JSON, of which only the first `most` characters matter: longer than that when there was more.
 * Its work and its depth are bounded by `most`, whatever the value.
 */
export function jsonBeginning(value: unknown, most: number): string {
  const out = { text: '' };
  write(value, most, out);
  return out.text;
}

/** Every level of nesting writes at least one character: the limit bounds the recursion too. */
function write(value: unknown, most: number, out: { text: string }): void {
  if (out.text.length > most) return;
  if (typeof value === 'string') out.text += quoted(value, most);
  else if (typeof value !== 'object' || value === null) out.text += JSON.stringify(value) ?? 'null';
  else if (Array.isArray(value)) writeList(value, most, out);
  else writeObject(value, most, out);
}

function writeList(list: readonly unknown[], most: number, out: { text: string }): void {
  out.text += '[';
  let isFirst = true;
  for (const item of list) {
    if (out.text.length > most) return;
    if (!isFirst) out.text += ',';
    isFirst = false;
    write(item, most, out);
  }
  out.text += ']';
}

function writeObject(object: object, most: number, out: { text: string }): void {
  out.text += '{';
  let isFirst = true;
  for (const [key, item] of Object.entries(object)) {
    if (out.text.length > most) return;
    out.text += `${isFirst ? '' : ','}${quoted(key, most)}:`;
    isFirst = false;
    write(item, most, out);
  }
  out.text += '}';
}

function quoted(text: string, most: number): string {
  return JSON.stringify(text.length > most ? text.slice(0, most + 1) : text);
}
