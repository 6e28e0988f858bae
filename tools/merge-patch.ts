type Document = Readonly<Record<string, unknown>>;

/** What differs between two JSON objects, as a merge patch (RFC 7396): new values, and null for what is gone. */
export function mergePatch(from: Document, to: Document): Document {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changes = names.flatMap((name): [string, unknown][] => {
    const [before, after] = [from[name], to[name]];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    if (isDocument(before) && isDocument(after)) return [[name, mergePatch(before, after)]];
    return [[name, after ?? null]];
  });
  return Object.fromEntries(changes);
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
