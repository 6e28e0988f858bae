import type { ErrorCode } from '../../functions/core/errors.ts';

/** What each code means, and what to look at first. */
export const ERROR_CODES: Readonly<Record<ErrorCode, { readonly happened: string; readonly remedy: string }>> = {
  failing: {
    happened: 'The vendor, or AWS, does not answer as it should, for now.',
    remedy: 'Wait. If it persists, look at the vendor’s status page and at the network path.',
  },
  unreadable: {
    happened: 'The vendor answered something that is not what its documentation says.',
    remedy: 'If it persists, look for a proxy between Tidemark and the vendor, or ask the vendor. The watermark waits.',
  },
  incomplete: {
    happened: 'Paging did not come to a plausible end, or fewer rows came than the vendor had announced.',
    remedy: 'It is read again. If it persists, report it to the vendor.',
  },
  refused: {
    happened: 'The credentials are wrong, expired or locked.',
    remedy: 'Put working credentials into the secret: tidemark secret set. They are used at once.',
  },
  forbidden: {
    happened: 'The credentials lack a permission.',
    remedy: 'Give them the permission that the message names.',
  },
  request: {
    happened: 'The vendor rejects the request as wrong.',
    remedy: 'Correct the connection’s origin or settings.',
  },
  'scope-shrank': {
    happened: 'The credentials see less than they did.',
    remedy:
      'Restore what they could see. The watermark waits from now on; what was hidden in the hour before needs tidemark verify --repair.',
  },
  origin: {
    happened: 'An answer leads to another origin, where the credentials must not go.',
    remedy: 'If the vendor has moved, set the new origin. Otherwise find out who answers for that host.',
  },
  secret: {
    happened: 'The secret is missing, empty or of the wrong shape.',
    remedy: 'Store it: tidemark secret set.',
  },
  'rotation-stuck': {
    happened: 'A credential cannot be exchanged for a new one without a person.',
    remedy: 'Do what the message says before the old credential ends (docs/runbook.md, rotation-stuck).',
  },
  delivery: {
    happened: 'A destination does not accept events.',
    remedy: 'Look at its delivery stream: state, throughput limit. The watermark waits.',
  },
  state: {
    happened: 'The table cannot be read or written, or holds what this version does not know.',
    remedy: 'Check the table, its throttling and the function’s rights. The next run continues from the last commit.',
  },
  clock: {
    happened: 'No two clocks agree, so it is not known what time it is.',
    remedy: 'Find the clock that is wrong, usually that of the machine where Tidemark runs.',
  },
  'lease-lost': {
    happened: 'Another worker has taken the feed over.',
    remedy: 'Nothing to do: the other worker continues from the last commit.',
  },
  config: {
    happened: 'The configuration, the command or the invocation is wrong.',
    remedy: 'Correct what the message names.',
  },
  internal: {
    happened: 'A bug in Tidemark.',
    remedy: 'Report it with the log line.',
  },
};
