import { cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** A page of the site: its path in the repository, and in the folder from which the site is built. */
interface Page {
  readonly path: string;
  readonly staged: string;
}

const CODE = /```.*?```|`[^`\n]+`/gs;
const LINK = /(?<before>\]\()(?<target>[^)\s]+)(?<after>\))/g;
const HTML_LINK = /(?<before>(?:src|srcset|href)=")(?<target>[^"]+)(?<after>")/g;
/** Where the pages of files lie that are no pages themselves. */
const FILES = 'files';
const PICTURES = 'docs/pictures';

/**
 * Copies all pages into a folder, with links that a site can follow: to pages, to lists of pages in place of folders, to pictures,
 * and to pages of the files of the repository that they name. A link that leads nowhere throws.
 */
export function stagePages(root: string, folder: string): void {
  // Pages elsewhere join when another page names them: a set is walked to its end, also while it grows.
  const paths = new Set(globSync(['*.md', 'docs/**/*.md'], { cwd: root }).map((path) => path.split('\\').join('/')));
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8');
    const staged = stagedName(path);
    write(join(folder, staged), new Stage({ root, folder, page: { path, staged }, paths }).rewrite(text));
  }
  for (const list of foldersOf([...paths])) write(join(folder, list, 'index.md'), listOf(root, list, [...paths]));
  cpSync(join(root, PICTURES), join(folder, 'public/pictures'), { recursive: true });
}

function stagedName(path: string): string {
  return path.replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Folders of pages that have no page of their own. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set(paths.map((path) => posix.dirname(path)));
  return [...folders].filter((folder) => folder !== '.' && !paths.includes(`${folder}/README.md`));
}

function listOf(root: string, folder: string, paths: readonly string[]): string {
  const lines = paths
    .filter((path) => posix.dirname(path) === folder)
    .toSorted()
    .map((path) => `- [${titleOf(readFileSync(join(root, path), 'utf8'))}](${posix.basename(path)})`);
  const name = posix.basename(folder);
  return `# ${name.slice(0, 1).toUpperCase()}${name.slice(1)}\n\n${lines.join('\n')}\n`;
}

/** A file of the repository as a page. Its fence is longer than any fence that such a file has. */
function fileAsPage(path: string, text: string): string {
  return `---\nsearch: false\n---\n\n# ${posix.basename(path)}\n\n\`${path}\` in the repository.\n\n\`\`\`\`\`text\n${text.trimEnd()}\n\`\`\`\`\`\n`;
}

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? '';
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Rewrites the links of one page. */
class Stage {
  readonly #root: string;
  readonly #folder: string;
  readonly #page: Page;
  readonly #paths: Set<string>;

  constructor({ root, folder, page, paths }: { root: string; folder: string; page: Page; paths: Set<string> }) {
    this.#root = root;
    this.#folder = folder;
    this.#page = page;
    this.#paths = paths;
  }

  rewrite(text: string): string {
    const code = text.match(CODE) ?? [];
    const prose = text.split(CODE).map((part) => this.#rewriteIn(part));
    return prose.map((part, at) => `${part}${code[at] ?? ''}`).join('');
  }

  #rewriteIn(part: string): string {
    return [LINK, HTML_LINK].reduce(
      (rewritten, pattern) =>
        rewritten.replace(pattern, (...found) => {
          const { before, target, after } = found.at(-1) as Record<'before' | 'target' | 'after', string>;
          return `${before}${this.#targetOf(target)}${after}`;
        }),
      part,
    );
  }

  #targetOf(target: string): string {
    if (/^[a-z]+:/.test(target) || target.startsWith('#')) return target;
    const [name = '', anchor] = target.split('#');
    const path = posix.join(posix.dirname(this.#page.path), name).replace(/\/$/, '');
    if (!existsSync(join(this.#root, path))) throw new Error(`${this.#page.path}: ${target} leads nowhere.`);
    const found = this.#stagedPath(path);
    return `${found}${anchor === undefined ? '' : `#${anchor}`}`;
  }

  #stagedPath(path: string): string {
    const isFolder = statSync(join(this.#root, path)).isDirectory();
    if (isFolder) return this.#from(`${path}/index.md`);
    if (path.endsWith('.md')) {
      this.#paths.add(path);
      return this.#from(stagedName(path));
    }
    // Also HTML names pictures, of which the generator follows absolute paths only.
    if (path.startsWith(`${PICTURES}/`)) return `/pictures/${posix.basename(path)}`;
    write(join(this.#folder, FILES, `${path}.md`), fileAsPage(path, readFileSync(join(this.#root, path), 'utf8')));
    return this.#from(`${FILES}/${path}.md`);
  }

  #from(staged: string): string {
    const found = relative(posix.dirname(this.#page.staged), staged).split('\\').join('/');
    return found.startsWith('.') ? found : `./${found}`;
  }
}
