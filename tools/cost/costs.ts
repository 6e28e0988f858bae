/** What one or several invocations use of the things that AWS bills by number. */
export interface Costs {
  /** DynamoDB request units: a strongly consistent read of 4 KB, a write of 1 KB. */
  readonly reads: number;
  readonly writes: number;
  readonly tableCalls: number;
  readonly secretCalls: number;
  readonly vendorCalls: number;
  /** Firehose records for one destination. */
  readonly records: number;
  readonly logBytes: number;
}

export const NOTHING: Costs = {
  reads: 0,
  writes: 0,
  tableCalls: 0,
  secretCalls: 0,
  vendorCalls: 0,
  records: 0,
  logBytes: 0,
};

const NAMES = Object.keys(NOTHING) as (keyof Costs)[];

function each(value: (name: keyof Costs) => number): Costs {
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as unknown as Costs;
}

export function sum(all: readonly Costs[]): Costs {
  return each((name) => all.reduce((total, one) => total + one[name], 0));
}

export function times(costs: Costs, factor: number): Costs {
  return each((name) => costs[name] * factor);
}

export function rounded(costs: Costs): Costs {
  return each((name) => Math.round(costs[name] * 100) / 100);
}

export function total(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
