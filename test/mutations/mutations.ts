import { AHEAD_MUTATIONS } from './ahead-mutations.ts';
import { CHECKPOINT_MUTATIONS } from './checkpoint-mutations.ts';
import { CLOCK_MUTATIONS } from './clock-mutations.ts';
import { DELIVERY_MUTATIONS } from './delivery-mutations.ts';
import { JOB_MUTATIONS } from './job-mutations.ts';
import type { Mutation } from './mutation.ts';
import { ON_THE_WAY_MUTATIONS } from './on-the-way-mutations.ts';
import { EDGE_MUTATIONS } from './planted/edge-mutations.ts';
import { FAIRNESS_MUTATIONS } from './planted/fairness-mutations.ts';
import { READING_MUTATIONS } from './reading-mutations.ts';
import { RETRY_MUTATIONS } from './retry-mutations.ts';
import { SESSION_MUTATIONS } from './session-mutations.ts';

/** The planted bugs; each has to be found. */
export const MUTATIONS: readonly Mutation[] = [
  ...CHECKPOINT_MUTATIONS,
  ...CLOCK_MUTATIONS,
  ...DELIVERY_MUTATIONS,
  ...ON_THE_WAY_MUTATIONS,
  ...READING_MUTATIONS,
  ...AHEAD_MUTATIONS,
  ...JOB_MUTATIONS,
  ...RETRY_MUTATIONS,
  ...SESSION_MUTATIONS,
  ...EDGE_MUTATIONS,
  ...FAIRNESS_MUTATIONS,
];
