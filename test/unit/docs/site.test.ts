import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { readContents } from '../../../tools/site/contents.ts';
import { stagePages } from '../../../tools/site/stage.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LINK = /\]\((?<target>[^)#\s]+)[^)]*\)|(?:src|srcset)="(?<picture>[^"]+)"/g;

function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test('every link of every page leads to something on the site', () => {
  const site = folderOf();
  stagePages(ROOT, site);

  const pages = globSync('**/*.md', { cwd: site }).filter((page) => !page.startsWith('files/'));
  const dead = pages.flatMap((page) => {
    const prose = readFileSync(join(site, page), 'utf8').replace(/```.*?```|`[^`\n]+`/gs, '');
    const targets = [...prose.matchAll(LINK)].map(({ groups = {} }) => groups.target ?? groups.picture ?? '');
    const own = targets.filter((target) => !/^[a-z]+:/.test(target));
    return own.filter(
      (target) =>
        !existsSync(target.startsWith('/') ? join(site, 'public', target) : join(site, dirname(page), target)),
    );
  });

  expect(pages.length).toBeGreaterThan(80);
  expect(dead).toEqual([]);
});

test('a link that leads nowhere ends the build', () => {
  const root = folderOf({ 'README.md': '[gone](docs/gone.md)', 'docs/pictures/a.svg': '' });

  expect(() => stagePages(root, folderOf())).toThrow('README.md: docs/gone.md leads nowhere.');
});

test('a file of the repository becomes a page, a folder the list of its pages, and code stays as it is', () => {
  const root = folderOf({
    'README.md': '[rule](rules/a.yml) [notes](docs/notes) [more](more/README.md) `[not](a/link)`',
    'more/README.md': '# More\n\n[back](../README.md)\n',
    'rules/a.yml': 'title: A\n',
    'docs/notes/one.md': '# The first\n',
    'docs/pictures/a.svg': '',
  });
  const site = folderOf();
  stagePages(root, site);

  expect(readFileSync(join(site, 'index.md'), 'utf8')).toBe(
    '[rule](./files/rules/a.yml.md) [notes](./docs/notes/index.md) [more](./more/index.md) `[not](a/link)`',
  );
  expect(readFileSync(join(site, 'more/index.md'), 'utf8')).toContain('[back](../index.md)');
  expect(readFileSync(join(site, 'files/rules/a.yml.md'), 'utf8')).toContain('\ntitle: A\n');
  expect(readFileSync(join(site, 'docs/notes/index.md'), 'utf8')).toContain('- [The first](one.md)');
});

test('every page is in the list of pages, and so in the margin of the site', () => {
  const links = readContents(ROOT).flatMap(({ items }) => items.map(({ link }) => link));
  const pages = globSync('docs/*.md', { cwd: ROOT }).map((page) => `/${page.replace(/\.md$/, '')}`);

  expect(pages.filter((page) => page !== '/docs/README' && !links.includes(page))).toEqual([]);
});
