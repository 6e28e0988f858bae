import type { Mutation } from '../mutation.ts';

const test = 'test/rules/invocation/fairness.test.ts';

/** Bugs in what the answers of one endpoint do to the other feeds of its connection, and in whose turn it is. */
export const FAIRNESS_MUTATIONS: readonly Mutation[] = [
  {
    name: 'pause-of-one-endpoint-holds-all',
    story: 'One endpoint is throttled for good, and no other feed of the connection is read any more.',
    file: 'functions/core/requests/ask.ts',
    find: 'quota?.remaining === 0 ? pacer : endpoint',
    put: 'pacer',
    test,
  },
  {
    name: 'used-up-quota-holds-one-endpoint',
    story: 'The quota of the account is used up, and each endpoint is asked all the same.',
    file: 'functions/core/requests/ask.ts',
    find: 'quota?.remaining === 0 ? pacer : endpoint',
    put: 'endpoint',
    test: 'test/rules/requests/lookups.test.ts',
  },
  {
    name: 'each-endpoint-throttled-in-a-row',
    story: 'A vendor that throttles the whole account without saying so is asked once for each of its endpoints.',
    file: 'functions/core/requests/pacer.ts',
    find: '    if (this.#pausing.size < ENOUGH_TO_PAUSE_ALL) return;\n',
    put: '    return;\n',
    test,
  },
  {
    name: 'skipped-feeds-note-a-pause',
    story: 'Two endpoints want a pause of an hour: the feeds that were not even asked wait for an hour, too.',
    file: 'functions/core/requests/pacer.ts',
    find: "endpoint.throttled, 'connection');",
    put: "endpoint.throttled, 'feed');",
    test,
  },
  {
    name: 'refusal-of-one-endpoint-holds-all',
    story: 'One endpoint refuses the credentials for good, and no other feed of the connection is read any more.',
    file: 'functions/core/invocation/refusals.ts',
    find: 'const ENOUGH_REFUSALS = 2;',
    put: 'const ENOUGH_REFUSALS = 1;',
    test,
  },
  {
    name: 'refused-by-two-accepted-by-others',
    story: 'Two endpoints refuse the credentials, and all those that accept them are held.',
    file: 'functions/core/invocation/refusals.ts',
    find: ' || reports.some(({ pages }) => pages > 0)) return undefined;',
    put: ') return undefined;',
    test,
  },
  {
    name: 'held-refusals-count-again',
    story: 'Two feeds are held since their endpoints refused the credentials: in each run this counts as refused anew.',
    file: 'functions/core/invocation/refusals.ts',
    find: "state === 'refused' && until === undefined",
    put: "state === 'refused'",
    test,
  },
  {
    name: 'refused-endpoint-asked-in-every-run',
    story: 'Credentials that one endpoint refuses are sent to it in every run: the vendor locks the account.',
    file: 'functions/core/run/outcome.ts',
    find: 'const until = now + refusalHold(refusals, access?.isSignIn ?? false);',
    put: 'const until = now;',
    test,
  },
  {
    name: 'most-lagging-first',
    story: 'The feed that lags most goes first, run after run, and takes what the others need.',
    file: 'functions/core/invocation/turns.ts',
    find: 'one.turn - other.turn || one.watermark',
    put: 'one.watermark',
    test,
  },
  {
    name: 'turn-counted-without-a-request',
    story: 'A feed that was not asked for lack of quota counts as asked: it waits behind the same others again.',
    file: 'functions/core/run/with-lease.ts',
    find: 'endpoint.isAsked ? { askedAt: start } : {}',
    put: '{ askedAt: start }',
    test,
  },
];
