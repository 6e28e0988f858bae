/** The parts of a state by their present names: version 0.1.0 stored some of them under others. */
export function withPresentNames(stored: object, presentNames: ReadonlyMap<string, string>): object {
  return Object.fromEntries(Object.entries(stored).map(([name, part]) => [presentNames.get(name) ?? name, part]));
}
