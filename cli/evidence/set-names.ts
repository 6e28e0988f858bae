/** The names of the files of an evidence: they lie in one folder, and begin alike. */
export interface SetNames {
  readonly json: string;
  readonly html: string;
  readonly manifest: string;
  readonly signature: string;
  readonly key: string;
}

/** @param period as in the name of the period: `2026-10` */
export function namesFor(period: string): SetNames {
  return namesFrom(`tidemark-evidence-${period}`);
}

export function namesFrom(beginning: string): SetNames {
  return {
    json: `${beginning}.json`,
    html: `${beginning}.html`,
    manifest: `${beginning}.manifest`,
    signature: `${beginning}.manifest.sig`,
    key: `${beginning}.public-key.pem`,
  };
}

/** The endings of the names, the longest of those that end alike first. */
const ENDINGS = ['.manifest.sig', '.public-key.pem', '.manifest', '.json', '.html'];

/** How the names of a set begin, from the name of any of its files. Undefined if it is none. */
export function beginningOf(name: string): string | undefined {
  const ending = ENDINGS.find((one) => name.endsWith(one));
  return ending === undefined || name.length === ending.length ? undefined : name.slice(0, -ending.length);
}
