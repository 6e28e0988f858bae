/** The settings of one stanza of a `.conf` file. */
export type Settings = Readonly<Record<string, string | number>>;

/** The text of a `.conf` file. */
export function confText(comment: string, stanzas: Readonly<Record<string, Settings>>): string {
  const parts = Object.entries(stanzas).map(([name, settings]) => {
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${valueText(String(value))}\n`);
    // A bracket would end the name.
    return `[${name.replaceAll(/[[\]\s]+/g, ' ')}]\n${lines.join('')}`;
  });
  return `# ${comment}\n\n${parts.join('\n')}`;
}

/** A backslash at the end of a line continues a value. One that is a part of the value, and stands there, has no other form. */
function valueText(value: string): string {
  if (/\\$/m.test(value)) throw new Error(`A line of a setting may not end with a backslash: ${value.slice(0, 100)}`);
  return value.replaceAll('\n', ' \\\n');
}
