/** The counts of a run. */
export interface Tally {
  /** Events read inside the range that was asked for. */
  fetched: number;
  /** Those of them that had been delivered before, or whose row was repeated by paging. */
  suppressed: number;
  /** Events that have been accepted by all destinations that lacked them. */
  delivered: number;
  quarantined: number;
  /** Records that could not be mapped and were delivered as pipeline_error. */
  unmapped: number;
  pages: number;
  retries: number;
  /** Events that appeared only after their range had been read. */
  late: number;
}

export function emptyTally(): Tally {
  return { fetched: 0, suppressed: 0, delivered: 0, quarantined: 0, unmapped: 0, pages: 0, retries: 0, late: 0 };
}

/** Adds up two tallies. */
export function addTallies(one: Tally, other: Tally): Tally {
  const sum = emptyTally();
  for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] = one[key] + other[key];
  return sum;
}
