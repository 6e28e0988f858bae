import type { Envelope } from './envelope.ts';
import { rowEnvelope } from './iceberg/envelope.ts';
import { hecEnvelope } from './splunk/envelope.ts';

/** The envelopes of all types of destinations: the only part of the descriptors that the functions need, and so have in their bundles. */
export const ENVELOPES: readonly Envelope[] = [hecEnvelope, rowEnvelope];
