/** Maximum length of a name that is compared. */
const LONGEST = 200;

/** Those of the names that a mistyped one is most like, the most similar one first. */
export function closest(typed: string, names: readonly string[], most = 3): string[] {
  const wanted = typed.slice(0, LONGEST).toLowerCase();
  return names
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/** Number of characters to add, to remove or to replace; parts that one of the two lacks at its end count little. */
function distanceOf(one: string, other: string): number {
  if (other.includes(one) || one.includes(other)) return Math.abs(one.length - other.length) / LONGEST;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
