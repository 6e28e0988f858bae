import type { Mutation } from '../mutation.ts';

const file = 'functions/core/retry.ts';
const test = 'test/unit/core/retry.test.ts';

/** Bugs in what is tried again, when, and how often. */
export const RETRY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'retry-pauses-past-deadline',
    story: 'A run sleeps through the time that it had left to commit what it has delivered.',
    file,
    find: '  if (host.now() + pause >= until) return false;\n',
    put: '',
    test,
  },
  {
    name: 'retry-after-frozen-pause',
    story: 'A process that was frozen in its pause writes again after its lease has run out.',
    file,
    find: 'return host.now() < until;',
    put: 'return true;',
    test,
  },
  {
    name: 'retry-ignores-stop',
    story: 'The host wants the run to end, and the run goes on trying until it is killed.',
    file,
    find: '  if (host.stopping() && made >= attemptsAtEnd) return false;\n',
    put: '',
    test,
  },
  {
    name: 'retry-gives-up-at-the-end',
    story: 'The table fails once as the run ends: what was delivered is not remembered, and is delivered again.',
    file,
    find: 'if (host.stopping() && made >= attemptsAtEnd)',
    put: 'if (host.stopping())',
    test,
  },
  {
    name: 'retry-of-everything',
    story: 'What can never succeed, or must not happen twice, is tried again and again.',
    file,
    find: '!policy.isRetryable(thrown) || ',
    put: '',
    test,
  },
  {
    name: 'retry-without-end',
    story: 'A vendor that is down is asked until the time is up, by every run.',
    file,
    find: '  if (made >= attempts) return false;\n',
    put: '',
    test,
  },
  {
    name: 'retry-in-step',
    story: 'All feeds come back to a vendor that was down at the same moment.',
    file,
    find: 'random * Math.min(most',
    put: 'Math.min(most',
    test,
  },
  {
    name: 'retry-sooner-than-asked',
    story: 'The vendor says when to sign in again, and we come back before that.',
    file,
    find: 'Math.max(atLeast, jitter(',
    put: 'Math.min(atLeast, jitter(',
    test,
  },
];
