import { HOUR, MINUTE } from '../core/time.ts';
import type { RefusedRecords } from './destination-type.ts';

/** How long Firehose tries to deliver before it puts events aside: the most that it allows. */
export const RETRIED_FOR = 2 * HOUR;

/** How long Firehose collects what it puts aside, until it writes an object. */
export const ASIDE_BUFFER = MINUTE;

/** What Firehose writes of a record that it has put aside. */
export const AS_FIREHOSE_WRITES: RefusedRecords = { data: 'rawData', reason: 'errorCode' };
