/** The settings of one stanza of a `.conf` file. */
export type Settings = Readonly<Record<string, string | number>>;

/** The text of a `.conf` file. A value of several lines is continued with backslashes. */
export function confText(comment: string, stanzas: Readonly<Record<string, Settings>>): string {
  const parts = Object.entries(stanzas).map(([name, settings]) => {
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${String(value).replaceAll('\n', ' \\\n')}`);
    return `[${name}]\n${lines.join('\n')}\n`;
  });
  return `# ${comment}\n\n${parts.join('\n')}`;
}
