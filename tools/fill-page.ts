/** Writes each part of a page, such as a table, between its two marks. What stands outside of marks is written by people, and stays. */
export function fillPage(page: string, parts: Readonly<Record<string, string>>): string {
  return page.replace(
    /(<!-- figures: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`There are no figures ${name}.`);
      return `${begin}\n${part}\n\n${end}`;
    },
  );
}

/** A table, without the padding that only helps who reads its source. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.toSpliced(1, 0, `|${'---|'.repeat(head.length)}`).join('\n');
}
