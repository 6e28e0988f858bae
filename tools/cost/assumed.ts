/** Values that cannot be counted, or not on this machine: each with its meaning and the reason for its size. */
export const ASSUMED = {
  streamSeconds: {
    value: 0.015,
    words:
      'seconds of a whole vCPU that a run or a verification needs for each stream; 0.009 measured on an idle machine, rounded up',
  },
  eventSeconds: {
    value: 0.000_5,
    words: 'the same, for each event that is read; 0.0004 measured, rounded up',
  },
  vcpuMb: { value: 1_769, words: 'MB of memory for which Lambda gives a whole vCPU; less memory gives a share of it' },
  vendorSeconds: { value: 0.3, words: 'seconds until a vendor answers a request' },
  awsSeconds: { value: 0.01, words: 'seconds until DynamoDB, Firehose or Secrets Manager answers a call' },
  pageRows: { value: 100, words: 'rows in a page of a vendor' },
  platformLogBytes: { value: 900, words: 'bytes that Lambda itself writes to the log for each invocation' },
  packedLogs: {
    value: 0.15,
    words: 'size of stored CloudWatch logs after compression, as a share of their size before',
  },
  packedEvents: {
    value: 0.15,
    words:
      'size of archived events after gzip, as a share of their size before. Simulated events resemble each other more than real ones: 0.06 to 0.4, depending on how many are in one object',
  },
  queuePolls: {
    value: 4_320,
    words: 'requests a day with which a reader of the archive asks a queue for new objects, one every twenty seconds',
  },
  itemOverhead: { value: 100, words: 'bytes that DynamoDB adds to the size of each stored item' },
} as const;

/** Values from an account that replace an estimate. */
export interface Assumptions {
  /** Average duration of an invocation. */
  readonly secondsPerRun?: number;
}
