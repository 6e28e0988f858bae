import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

// Links, paths and scripts in the documents go stale when files move. Whoever follows one is often in a hurry.

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });

const LINK = /\[[^\]]*\]\((?<target>[^)\s]+)\)/g;
const CODE = /```.*?```|`[^`\n]+`/gs;
/** A path from the root of the repository. It may contain `<vendor>`, `*` or `{a,b}`. */
const PATH = /(?<![\w./:<>*-])(?:bench|cli|docs|functions|lib|local|simulators|test|tools)\/[\w./<>*{},-]*[\w/>*}]/g;
const SCRIPT = /npm run (?:-s )?(?<script>[\w:-]+)/g;

const read = (document: string) => readFileSync(join(ROOT, document), 'utf8');
const withoutCode = (text: string) => text.replace(CODE, '');
const isWritten = (path: string) => globSync(path.replaceAll(/<[^>]+>/g, '*'), { cwd: ROOT }).length > 0;

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(document: string): Set<string> {
  const headings = withoutCode(read(document)).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Returns what is wrong with a link, or undefined. */
function complaintAbout(document: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  if (anchor === undefined || !statSync(join(ROOT, file)).isFile()) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : `${target}: no such heading`;
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);
  const code = text.match(CODE) ?? [];

  test('every relative link leads to a file and a heading', () => {
    const links = [...withoutCode(text).matchAll(LINK)].map(({ groups }) => groups?.target ?? '');

    expect(links.flatMap((target) => complaintAbout(document, target) ?? [])).toEqual([]);
  });

  test('every repository path in code exists', () => {
    const paths = code.flatMap((part) => part.match(PATH) ?? []);

    expect(paths.filter((path) => !isWritten(path))).toEqual([]);
  });

  test('every script exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = code.flatMap((part) => [...part.matchAll(SCRIPT)]).map(({ groups }) => groups?.script ?? '');

    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

test('the documents name enough links and paths for these tests to mean something', () => {
  const texts = DOCUMENTS.map(read);
  const count = (pattern: RegExp) => texts.flatMap((text) => text.match(pattern) ?? []).length;

  expect(count(LINK)).toBeGreaterThan(60);
  expect(count(PATH)).toBeGreaterThan(60);
  expect(count(SCRIPT)).toBeGreaterThan(20);
});
