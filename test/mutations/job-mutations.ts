import type { Mutation } from './mutation.ts';

const scheduledVerify = 'functions/core/jobs/scheduled-verify.ts';
const verifyAgainTest = 'test/rules/jobs/verify-again.test.ts';

/** Bugs in what goes on beside live reading, and in the proof. */
export const JOB_MUTATIONS: readonly Mutation[] = [
  {
    name: 'backfill-out-of-turn',
    story: 'A backfill delivers while the live feed does: what both have just read arrives twice.',
    file: 'functions/core/jobs/with-live-lease.ts',
    find: '  return await withLiveLease(context, run.asker, async () => {\n    const fresh',
    put: '  return await (async (work: () => Promise<T>) => await work())(async () => {\n    const fresh',
    test: 'test/rules/jobs/backfill.test.ts',
  },
  {
    name: 'backfill-looks-once',
    story: 'A backfill delivers what the live feed has delivered since it was read.',
    file: 'functions/core/jobs/with-live-lease.ts',
    find: 'run.tally.suppressed += await flush.dropDelivered(fresh);',
    put: '',
    test: 'test/rules/jobs/backfill.test.ts',
  },
  {
    name: 'chunks-of-one-name',
    story: 'Two deliveries of one run overwrite each other’s seen keys: events arrive again.',
    file: 'functions/core/delivery/outgoing.ts',
    find: 'Math.floor(effects.random() * 2 ** 32)',
    put: 'Math.floor(0)',
    test: 'test/rules/jobs/redrive.test.ts',
  },
  {
    name: 'verify-believes-itself',
    story: 'Verification finds nothing missing, whatever is.',
    file: 'functions/core/jobs/compare-hours.ts',
    find: 'counts.missing += undelivered - changed;',
    put: 'counts.missing += 0;',
    test: 'test/rules/jobs/verify.test.ts',
  },
  {
    name: 'day-verified-once',
    story: 'A day that was verified is never looked at again: what the vendor shows three days late stays missing.',
    file: 'functions/core/jobs/verify.ts',
    find: ' && job.startedAt >= task.dueSince',
    put: '',
    test: verifyAgainTest,
  },
  {
    name: 'old-days-left-out',
    story: 'Only the latest day is verified, since it is looked at first.',
    file: scheduledVerify,
    find: "    if (next.state !== 'caught-up') return report;\n",
    put: '    return report;\n',
    test: verifyAgainTest,
  },
  {
    name: 'days-verified-every-hour',
    story: 'Every hour the vendor is asked for five whole days.',
    file: scheduledVerify,
    find: 'dueSince: range.to + longestOverlap(feed) + since',
    put: 'dueSince: context.effects.now()',
    test: verifyAgainTest,
  },
  {
    name: 'days-verified-without-keys',
    story: 'Days are verified whose keys have expired: it costs requests and cannot tell what is missing.',
    file: scheduledVerify,
    find: '(age + 1) * DAY <= seenFor',
    put: 'age < 32',
    test: verifyAgainTest,
  },
  {
    name: 'repair-delivers-all',
    story: 'A repair delivers everything once more.',
    file: 'functions/core/jobs/repair.ts',
    find: 'const undelivered = one.address.undelivered & ~(await seen.has(bucket, key));',
    put: 'const undelivered = one.address.undelivered;',
    test: 'test/rules/jobs/verify.test.ts',
  },
];
