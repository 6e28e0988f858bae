import { source } from '../../../../functions/sources/thousandeyes/source.ts';
import {
  type RunningThousandEyes,
  simulator,
  type ThousandEyesOptions,
} from '../../../../simulators/thousandeyes/simulator.ts';
import { benchTest, type Subject } from '../../../e2e/bench.ts';
import type { PlainSubject } from '../../../e2e/plain.ts';

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

/** The vendor that tests take where any would do. */
export const plain: PlainSubject = {
  ...thousandeyes,
  token: TOKEN,
  pageNaming: (user, time) =>
    `{"auditEvents":[{"date":"${new Date(time).toISOString()}","event":"Login.","user":"${user}"}]}`,
  dateOf: (record) => (JSON.parse(record) as { date?: string }).date,
  wrongSettings: { settings: { aid: 'x' }, complaint: /\$\.connections\[0\]\.settings\.aid: there is "x", wanted/ },
};

/** A test that may start benches with a ThousandEyes. */
export const test = benchTest(thousandeyes);
