import { source } from '../../../../functions/sources/thousandeyes/source.ts';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { benchTest, type Subject } from '../../../e2e/bench.ts';

export const STREAM = 'audit-user-events';
export const TOKEN = simulator.demo.secretValue.token;

export const thousandeyes: Subject<ThousandEyesOptions, RunningThousandEyes> = {
  source,
  streams: [STREAM],
  vendor: { limit: 1_000_000 },
  settings: {},
  start: simulator.start,
  secretOf: ({ token = TOKEN }) => ({ token }),
  held: (running, query) => [...running.events(query)].map((row) => row.text),
};

/** A test that may start benches with a ThousandEyes. */
export const test = benchTest(thousandeyes);
