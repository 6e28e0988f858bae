import { AwsError } from './aws-error.ts';

/** Faults on demand. The `...Next` faults count down to zero; the others stay until they are removed. */
export interface FirehoseFaults {
  /** Every n-th record of the service's whole life is refused, the others of its call are accepted. */
  refuseEvery?: number;
  /** The next n records are refused. */
  refuseNext?: number;
  /** All records for these destinations are refused. */
  refuseDestinations?: string[];
  /** The next n calls are refused whole, as by a stream over its throughput. */
  throttleNext?: number;
  /** The next n calls fail inside the service, before anything is written. */
  failNext?: number;
  /** The next n calls are accepted and written, and the caller never learns of it. */
  acceptThenDropNext?: number;
  /** Delay before each call is handled, in milliseconds. */
  latencyMs?: number;
}

type CountingFault = 'refuseNext' | 'throttleNext' | 'failNext' | 'acceptThenDropNext';

const isWhole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;

const CHECKS: Record<keyof FirehoseFaults, (value: unknown) => boolean> = {
  refuseEvery: isWhole,
  refuseNext: isWhole,
  throttleNext: isWhole,
  failNext: isWhole,
  acceptThenDropNext: isWhole,
  latencyMs: (value) => isWhole(value) && (value as number) <= 3_600_000,
  refuseDestinations: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/** Parses faults from a request body. Unknown or impossible faults are refused, because they would silently do nothing. */
export function parseFaults(input: Record<string, unknown>): FirehoseFaults {
  for (const [name, value] of Object.entries(input)) {
    if (Object.hasOwn(CHECKS, name) && CHECKS[name as keyof FirehoseFaults](value)) continue;
    throw new AwsError('ValidationException', `${name}: ${JSON.stringify(value)} is not a fault of this service.`);
  }
  return input;
}

/** Counts a fault down. Returns whether any was left. */
export function takeFault(faults: FirehoseFaults, name: CountingFault): boolean {
  const left = faults[name] ?? 0;
  if (left <= 0) return false;
  faults[name] = left - 1;
  return true;
}

/** Replaces all faults, within the object that tests hold. */
export function replaceFaults(faults: FirehoseFaults, by: FirehoseFaults): void {
  for (const name of Object.keys(faults)) delete faults[name as keyof FirehoseFaults];
  Object.assign(faults, by);
}
