import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ADD_ON = join(import.meta.dirname, '../../../content/splunk/TA-tidemark');

/** The stanzas of a `.conf` file: settings by their names, in their order. */
export type Stanzas = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads a file of the add-on. */
export function addOnFile(path: string): string {
  return readFileSync(join(ADD_ON, path), 'utf8');
}

/** Reads a `.conf` file as Splunk does: a backslash at the end of a line continues it, a number sign begins a comment. */
export function readConf(text: string): Stanzas {
  const stanzas: Record<string, Record<string, string>> = {};
  let current: Record<string, string> | undefined;
  for (const line of text.replaceAll(/\\\n/g, '\u0000').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const stanza = /^\[(?<name>[^\]]*)\]$/.exec(line)?.groups?.name;
    const setting = /^(?<key>[^=]+?)\s*=\s*(?<value>.*)$/.exec(line)?.groups;
    if (stanza !== undefined) {
      if (Object.hasOwn(stanzas, stanza)) throw new Error(`[${stanza}] is there twice`);
      current = {};
      stanzas[stanza] = current;
    } else if (setting?.key !== undefined && current) {
      if (Object.hasOwn(current, setting.key)) throw new Error(`${setting.key} is there twice`);
      current[setting.key] = (setting.value ?? '').replaceAll('\u0000', '\n');
    } else throw new Error(`This is no line of a .conf file: ${line}`);
  }
  return stanzas;
}

/** The fields that Splunk extracts from JSON: `a.b` of objects, `a{}` of lists. */
export function splunkFields(event: object, prefix = ''): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [key, value] of Object.entries(event)) {
    const name = `${prefix}${key}`;
    if (Array.isArray(value)) {
      const texts = value.filter((one) => typeof one !== 'object');
      if (texts.length > 0) fields[`${name}{}`] = texts.map(String);
    } else if (typeof value === 'object' && value !== null) Object.assign(fields, splunkFields(value, `${name}.`));
    else if (value !== null && value !== undefined) fields[name] = [String(value)];
  }
  return fields;
}
