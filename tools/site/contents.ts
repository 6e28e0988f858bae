import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A group of the list of pages, and its pages. */
export interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

const HEADING = /^\| \*\*(?<group>[^*]+)\*\* \|/;
const ENTRY = /^\| \[(?<text>[^\]]+)\]\((?<target>[^)#]+)\) \|/;

/** The list of pages that docs/README.md has, for the margin of the site. */
export function readContents(root: string): Group[] {
  const lines = readFileSync(join(root, 'docs/README.md'), 'utf8').split('\n');
  const groups: { text: string; items: { text: string; link: string }[] }[] = [];
  for (const line of lines) {
    const { group } = HEADING.exec(line)?.groups ?? {};
    if (group !== undefined) groups.push({ text: group, items: [] });
    const { text, target } = ENTRY.exec(line)?.groups ?? {};
    if (text !== undefined && target !== undefined)
      groups.at(-1)?.items.push({ text: nameOf(text), link: linkOf(target) });
  }
  return groups;
}

/** `add-a-vendor.md` is called Add a vendor, `cli.md` CLI. */
function nameOf(text: string): string {
  const name = text.replace(/\.md$/, '').replaceAll('-', ' ');
  if (/^[a-z]{3}$/.test(name)) return name.toUpperCase();
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function linkOf(target: string): string {
  return posix
    .join('/docs', target)
    .replace(/\.md$/, '')
    .replace(/(^|\/)README$/, '$1');
}
