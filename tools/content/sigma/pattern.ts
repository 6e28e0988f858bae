/** A text of a rule: pieces that stand for themselves, and wildcards for any number of characters or exactly one. */
export type Pattern = readonly (Piece | Wildcard)[];

interface Piece {
  readonly text: string;
}

interface Wildcard {
  readonly wildcard: '*' | '?';
}

/** A backslash takes its meaning from a wildcard or a backslash behind it; before anything else it stands for itself. */
const TOKEN = /\\(?<escaped>[\\*?])|(?<wildcard>[*?])|(?<plain>[^\\*?]+|\\)/gsu;

export function parsePattern(text: string): Pattern {
  const pattern: (Piece | Wildcard)[] = [];
  for (const { groups } of text.matchAll(TOKEN)) {
    const { escaped, wildcard, plain } = groups ?? {};
    const last = pattern.at(-1);
    if (wildcard !== undefined) pattern.push({ wildcard: wildcard as '*' | '?' });
    else if (last && 'text' in last) pattern[pattern.length - 1] = { text: last.text + (escaped ?? plain ?? '') };
    else pattern.push({ text: escaped ?? plain ?? '' });
  }
  return pattern;
}

/** A pattern that may have anything before it or behind it. */
export function widened(pattern: Pattern, { before, behind }: { before: boolean; behind: boolean }): Pattern {
  const any: Wildcard = { wildcard: '*' };
  return [
    ...(before && !isAny(pattern[0]) ? [any] : []),
    ...pattern,
    ...(behind && !isAny(pattern.at(-1)) ? [any] : []),
  ];
}

function isAny(part: Piece | Wildcard | undefined): boolean {
  return part !== undefined && 'wildcard' in part && part.wildcard === '*';
}
