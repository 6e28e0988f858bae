import { source } from '../../../../functions/sources/frame/source.ts';
import { CUSTOMER } from '../../../../simulators/frame/organization.ts';
import { type FrameOptions, type RunningFrame, simulator } from '../../../../simulators/frame/simulator.ts';
import { type Bench, type BenchOptions, benchTest, type Subject } from '../../../e2e/bench.ts';

export const SECRET = simulator.demo.secretValue;
/** The path of everything that hangs on the simulated customer. */
export const OF_CUSTOMER = `/v1/customers/${CUSTOMER.id}`;

export const frame: Subject<FrameOptions, RunningFrame> = {
  source,
  streams: ['audit-trails'],
  vendor: { driftMinutes: 0 },
  settings: {},
  start: simulator.start,
  secretOf: ({ clientId = SECRET.client_id, clientSecret = SECRET.client_secret }) => ({
    client_id: clientId,
    client_secret: clientSecret,
  }),
  held: (running, query) => [...running.events(query)].map((row) => row.text),
};

export type FrameBench = Bench<FrameOptions, RunningFrame>;
export type StartFrame = (options?: BenchOptions<FrameOptions>) => Promise<FrameBench>;

/** A test that may start benches with a Frame. */
export const test = benchTest(frame);
