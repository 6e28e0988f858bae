/** What cannot be counted here, or not on this machine: each with what it is and why it is so much. */
export const ASSUMED = {
  streamSeconds: {
    value: 0.015,
    words:
      'seconds of a whole vCPU that a run or a verification takes for each stream; 0.009 measured on an idle machine, rounded up',
  },
  eventSeconds: {
    value: 0.000_5,
    words: 'the same, for each event that is looked at; 0.0004 measured, rounded up',
  },
  vcpuMb: { value: 1_769, words: 'MB of memory for which Lambda gives a whole vCPU; with less, a share' },
  vendorSeconds: { value: 0.3, words: 'seconds until a vendor has answered a request' },
  awsSeconds: { value: 0.01, words: 'seconds until DynamoDB, Firehose or Secrets Manager has answered a call' },
  pageRows: { value: 100, words: 'rows that a vendor puts on a page' },
  platformLogBytes: { value: 900, words: 'bytes that Lambda itself writes into the log of each invocation' },
  packedLogs: { value: 0.15, words: 'what compression leaves of logs that CloudWatch keeps' },
  packedEvents: {
    value: 0.15,
    words:
      'what gzip leaves of archived events; simulated ones are more alike than real ones, and it leaves 0.06 to 0.4 of them, depending on how many share an object',
  },
  itemOverhead: { value: 100, words: 'bytes that DynamoDB adds to the size of each item that is kept' },
} as const;

/** Only what may take the place of the estimate. */
export interface Assumptions {
  /** How long an invocation takes on the average. */
  readonly secondsPerRun?: number;
}
