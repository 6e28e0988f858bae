import { isDeeper } from './depth.ts';

/** The value as JSON, however deep it is. JSON.stringify recurses, so it cannot write every value that JSON.parse can read. */
export function writeJson(whole: unknown): string {
  return isDeeper(whole) ? writeDeep(whole) : (JSON.stringify(whole) ?? 'null');
}

/** Here the remaining pieces are on a stack, with the next one on top: a text, or a value in a list of its own. */
function writeDeep(whole: unknown): string {
  const written: unknown[] = [];
  const left: (string | [unknown])[] = [[whole]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value] = next;
    if (typeof next === 'string') written.push(next);
    else if (typeof value !== 'object' || value === null) written.push(JSON.stringify(value) ?? 'null');
    else pushPieces(value, Array.isArray(value), left);
  }
  return written.join('');
}

/** Puts the pieces of a list or an object on the stack, the last one first. */
function pushPieces(value: object, isList: boolean, left: (string | [unknown])[]): void {
  left.push(isList ? ']' : '}');
  const members = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  for (const [at, [key, member]] of [...members.entries()].reverse()) {
    left.push([member], (at > 0 ? ',' : '') + (isList ? '' : `${JSON.stringify(key)}:`));
  }
  left.push(isList ? '[' : '{');
}
