import { UnreadableError } from '../core/errors.ts';
import type { Answer, Request } from '../core/model.ts';

// Paging by the Link header (RFC 8288): `<https://api.example.com/logs?after=abc>; rel="next"`.

interface Link {
  readonly target: string;
  /** Names in lower case. If a parameter occurs twice, the first one counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Maximum length of a header that is read. */
const LONGEST_HEADER = 32_768;
const TARGET = /\s*<([^<>]*)>/y;
const PARAMETER = /\s*;\s*([\w!#$&+.^`|~-]+\*?)\s*(?:=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s;,"]*)))?/sy;
/** The comma between links. The grammar also allows empty entries, and a semicolon after the last parameter. */
const SEPARATOR = /[\s;]*,[\s,]*/y;
const END = /[\s;,]*$/y;
/** A placeholder for the connection's origin, which a request with a path does not name. */
const SOMEWHERE = 'https://vendor.invalid';

/**
 * The address of the next page, as the Link header of an answer gives it. Undefined if there is none. A relative link is resolved
 * against the request. If that has a path, the result is a path below the connection's origin, which must have no path of its own.
 * A link to another origin is returned whole, so that it is refused like every request to another origin.
 */
export function nextLink({ headers }: Pick<Answer, 'headers'>, asked: Request): string | undefined {
  const targets = new Set(
    linksIn(headers.link ?? '')
      // A link with an anchor is about another document than the answer.
      .filter(({ parameters }) => isNext(parameters.get('rel') ?? '') && !parameters.has('anchor'))
      .map(({ target }) => resolve(target, asked)),
  );
  const [next, ...others] = targets;
  // Paging that cannot be understood must not count as ended.
  if (others.length > 0) throw new UnreadableError('the Link header has several different links to the next page');
  return next;
}

function isNext(relations: string): boolean {
  return relations.toLowerCase().split(/\s+/).includes('next');
}

function linksIn(header: string): readonly Link[] {
  if (header.length > LONGEST_HEADER) throw new UnreadableError('the Link header is too long');
  const links: Link[] = [];
  let at = take(/[\s,]*/y, header, 0)?.end ?? 0;
  while (at < header.length) {
    const target = take(TARGET, header, at);
    if (!target) throw new UnreadableError('the Link header cannot be understood');
    const parameters = new Map<string, string>();
    at = target.end;
    for (let next = take(PARAMETER, header, at); next; next = take(PARAMETER, header, at)) {
      const [name = '', quoted, plain = ''] = next.groups;
      const key = name.toLowerCase();
      if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/gs, '$1') ?? plain);
      at = next.end;
    }
    links.push({ target: target.groups[0] ?? '', parameters });
    const separator = take(END, header, at) ?? take(SEPARATOR, header, at);
    if (!separator) throw new UnreadableError('the Link header cannot be understood');
    at = separator.end;
  }
  return links;
}

/** The match of a sticky pattern at this position, and its end. */
function take(pattern: RegExp, text: string, at: number) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? { groups: match.slice(1) as (string | undefined)[], end: pattern.lastIndex } : undefined;
}

function resolve(target: string, { url }: Request): string {
  const link = target.trim();
  if (URL.canParse(link)) return link;
  const isPath = url.startsWith('/');
  const base = isPath ? `${SOMEWHERE}${url}` : url;
  if (!URL.canParse(link, base)) throw new UnreadableError('the Link header leads to something that is no URL');
  const resolved = new URL(link, base);
  if (!isPath || resolved.origin !== SOMEWHERE) return resolved.href;
  return `${resolved.pathname}${resolved.search}`;
}
