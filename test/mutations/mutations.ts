import type { Mutation } from './mutation.ts';
import { AHEAD_MUTATIONS } from './planted/ahead-mutations.ts';
import { ANSWER_MUTATIONS } from './planted/answer-mutations.ts';
import { CHECKPOINT_MUTATIONS } from './planted/checkpoint-mutations.ts';
import { CLOCK_MUTATIONS } from './planted/clock-mutations.ts';
import { DELIVERY_MUTATIONS } from './planted/delivery-mutations.ts';
import { EDGE_MUTATIONS } from './planted/edge-mutations.ts';
import { EVIDENCE_MUTATIONS } from './planted/evidence-mutations.ts';
import { EXAMINE_MUTATIONS } from './planted/examine-mutations.ts';
import { FAIRNESS_MUTATIONS } from './planted/fairness-mutations.ts';
import { JOB_MUTATIONS } from './planted/job-mutations.ts';
import { ON_THE_WAY_MUTATIONS } from './planted/on-the-way-mutations.ts';
import { READING_MUTATIONS } from './planted/reading-mutations.ts';
import { RETRY_MUTATIONS } from './planted/retry-mutations.ts';
import { SESSION_MUTATIONS } from './planted/session-mutations.ts';

/** The planted bugs; each has to be found. */
export const MUTATIONS: readonly Mutation[] = [
  ...CHECKPOINT_MUTATIONS,
  ...CLOCK_MUTATIONS,
  ...DELIVERY_MUTATIONS,
  ...ON_THE_WAY_MUTATIONS,
  ...READING_MUTATIONS,
  ...AHEAD_MUTATIONS,
  ...ANSWER_MUTATIONS,
  ...JOB_MUTATIONS,
  ...RETRY_MUTATIONS,
  ...SESSION_MUTATIONS,
  ...EDGE_MUTATIONS,
  ...EVIDENCE_MUTATIONS,
  ...FAIRNESS_MUTATIONS,
  ...EXAMINE_MUTATIONS,
];
