/** Maximum number of results that are remembered, and maximum length of their texts. Together they bound the memory. */
const MOST = 500;
const LONGEST = 200;

/**
 * A function of a text that remembers its results: most texts of a log, such as the names of acts, come again and again. When
 * there are too many different texts, all are forgotten, so a vendor who sends ever new ones gains nothing by it.
 *
 * @param compute must depend on nothing but the text, and nobody may change its result
 */
export function remembered<T extends object | string>(compute: (text: string) => T): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    if (text.length > LONGEST) return compute(text);
    const known = results.get(text);
    if (known !== undefined) return known;
    // The text may be a piece of a whole answer, which would stay in memory with it.
    const copy = JSON.parse(JSON.stringify(text)) as string;
    const result = compute(copy);
    if (results.size >= MOST) results.clear();
    results.set(copy, result);
    return result;
  };
}
