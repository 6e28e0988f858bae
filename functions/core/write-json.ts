/** A value that is still to be written; what is a text of ours already is no value. */
interface Value {
  readonly value: unknown;
}

/** The value as JSON, however deep it is: JSON.parse reads what JSON.stringify, which recurses, cannot write. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return writeDeep(value);
  }
}

/** Without recursion. What is still to be written lies on a stack, the next piece on top. */
function writeDeep(whole: unknown): string {
  const written: string[] = [];
  const left: (string | Value)[] = [{ value: whole }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') written.push(next);
    else if (typeof next.value !== 'object' || next.value === null) written.push(JSON.stringify(next.value) ?? 'null');
    else layOpen(next.value, left);
  }
  return written.join('');
}

/** Puts the pieces of a list or an object on the stack, the last one first. */
function layOpen(value: object, left: (string | Value)[]): void {
  const isList = Array.isArray(value);
  const members = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  left.push(isList ? ']' : '}');
  for (const [key, member] of members.reverse()) {
    left.push({ value: member });
    if (!isList) left.push(`${JSON.stringify(key)}:`);
    left.push(',');
  }
  if (members.length > 0) left.pop();
  left.push(isList ? '[' : '{');
}
