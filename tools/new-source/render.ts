import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Answers } from './answers.ts';
import { sharedFiles, vendorWords, vendorWordsOf } from './vendor-words.ts';

// The templates are the files of a source with `.txt` behind their names. In them, `{{id}}`, `{{name}}` and `{{stream}}` stand for the answers, and
// the lines between `//#if link|cursor` and `//#end` are for these answers only.

const FOLDER = join(import.meta.dirname, 'template');
const ENDING = '.txt';
const CONDITION = /^\/\/#if (\S+)\n([\s\S]*?)^\/\/#end\n/gm;
const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/**
 * The files of a new source with their texts, by path from the root of the project.
 *
 * @param ordinary the words of its names that others use, too
 */
export function render(answers: Answers, ordinary: readonly string[]): Map<string, string> {
  const { id, name, stream, auth, paging } = answers;
  const values = {
    id,
    name,
    stream,
    export: `${camelCase(stream)}Stream`,
    ordinary: ordinary.map((word) => `'${word}'`).join(', '),
  };
  const isWanted = (condition: string) =>
    condition === auth || condition === paging || (condition === 'ordinary' && ordinary.length > 0);
  const fill = (template: string) =>
    template
      .replace(CONDITION, (_, wanted: string, lines: string) => (wanted.split('|').some(isWanted) ? lines : ''))
      .replace(PLACEHOLDER, (_, what: keyof typeof values) => values[what]);
  const files = globSync(`**/*${ENDING}`, { cwd: FOLDER }).map((path): [string, string] => [
    path.split(sep).join('/').replace('/ID/', `/${id}/`).replace('/STREAM', `/${stream}`).slice(0, -ENDING.length),
    fill(readFileSync(join(FOLDER, path), 'utf8')),
  ]);
  // A file that is there for some answers only is empty for the others.
  return new Map(files.filter(([, text]) => text !== '').sort());
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The vendor's words that stand in files about no vendor: a product is called Cloud, and there is a folder of this name. */
export function ordinaryWords({ id, name }: Answers): string[] {
  const words = vendorWords([{ id, title: name, vendor: name, origin: `https://api.${id}.example` }]);
  const found = new Set(sharedFiles().flatMap((path) => vendorWordsOf(path, words)));
  const lower = [...found].map((word) => word.toLowerCase());
  return [...words].filter((word) => lower.some((one) => one.includes(word))).sort();
}
