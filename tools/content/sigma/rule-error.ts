/** What is wrong in a file of rules, where, and what to write instead. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** A place in a file, such as `content/sigma/x.yml: detection.selection`. */
export class Place {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  at(name: string | number): Place {
    const joint = this.#path.endsWith('.yml') ? ': ' : '.';
    return new Place(typeof name === 'number' ? `${this.#path}[${name}]` : `${this.#path}${joint}${name}`);
  }

  error(what: string, remedy: string): RuleError {
    return new RuleError(`${this.#path}: ${what}. ${remedy}`);
  }
}

/** A value as an error message tells it. */
export function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'a map' : `${JSON.stringify(value)?.slice(0, 80)}`;
}
