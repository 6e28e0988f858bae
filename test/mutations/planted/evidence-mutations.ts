import type { Mutation } from '../mutation.ts';

const evidence = 'functions/core/invocation/feed-evidence.ts';
const recordSteps = 'functions/core/jobs/record-steps.ts';
const standing = 'functions/core/run/standing.ts';
const ledger = 'functions/core/state/ledger.ts';
const recordedTest = 'test/rules/jobs/recorded.test.ts';
const standingTest = 'test/rules/run/standing.test.ts';

/** Bugs in what is recorded for an auditor, and in what is said of it. */
export const EVIDENCE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'verification-not-recorded',
    story: 'What a verification has found is gone with its job: an auditor reads unknown for a day that was proven.',
    file: 'functions/core/jobs/verify.ts',
    find: '    await recordDays(recording);\n  }\n  await recordDays(recording);\n',
    put: '  }\n',
    test: recordedTest,
  },
  {
    name: 'repaired-by-others',
    story:
      'Events that the live feed has delivered meanwhile count as repaired: more was repaired than was delivered for it.',
    file: 'functions/core/jobs/repair.ts',
    find: 'repaired: countOf(sent) };',
    put: 'repaired: countOf([...sent, ...alreadyDelivered]) };',
    test: 'test/rules/jobs/verify.test.ts',
  },
  {
    name: 'last-verification-only',
    story: 'The next verification wipes out that events were missing and repaired.',
    file: recordSteps,
    find: '[...looks.filter((one) => !isSame(one)), look]',
    put: '[look]',
    test: recordedTest,
  },
  {
    name: 'dropped-repairs',
    story: 'The ninth verification of a day makes it look as if nothing had ever been repaired.',
    file: recordSteps,
    find: 'dropped.reduce((total, { repaired }) => total + repaired, earlier?.repaired ?? 0)',
    put: '0',
    test: recordedTest,
  },
  {
    name: 'unsure-counts',
    story: 'The vendor’s count of a day of which an hour could not be read passes for the whole count.',
    file: recordSteps,
    find: '    ...(unsure.length > 0 && { unsure: unsure.length }),\n',
    put: '',
    test: recordedTest,
  },
  {
    name: 'part-for-the-day',
    story: 'A look at the morning replaces what was found about the whole day.',
    file: evidence,
    find: '(lengthOf(look) >= lengthOf(widest) ? look : widest)',
    put: '(look.at >= widest.at ? look : widest)',
    test: recordedTest,
  },
  {
    name: 'zero-for-unknown',
    story: 'A day that was never verified has no missing events, says the evidence.',
    file: evidence,
    find: 'const none = isSnapshot ? NOT_APPLICABLE : UNKNOWN;',
    put: 'const none = isSnapshot ? NOT_APPLICABLE : 0;',
    test: recordedTest,
  },
  {
    name: 'begun-row-is-a-count',
    story:
      'A row that was begun for a verification passes for a count of nothing: all events of an old day are called missing.',
    file: 'functions/core/state/day-rows.ts',
    find: 'return row?.uncounted ? undefined : row;',
    put: 'return row;',
    test: recordedTest,
  },
  {
    name: 'count-wipes-record',
    story: 'When a day is counted, what was verified and noted of it is lost.',
    file: ledger,
    find: 'return { ...before, hours, ...(done && { done }) };',
    put: 'return { day: before.day, hours, ...(done && { done }) };',
    test: recordedTest,
  },
  {
    name: 'unknown-code-forgotten',
    story: 'A day that began with another version looks as if the new one had done all of it.',
    file: ledger,
    find: 'today.code ?? (hasBegun ? [UNKNOWN_CODE] : [])',
    put: 'today.code ?? []',
    test: standingTest,
  },
  {
    name: 'code-of-the-day-after',
    story: 'A day that another version worked on counts as done by the version of the day after it.',
    file: ledger,
    find: 'const { code = [UNKNOWN_CODE], ...rest } = last;',
    put: 'const { code = [next], ...rest } = last;',
    test: standingTest,
  },
  {
    name: 'any-run-ends-a-loss',
    story: 'A lost permission counts as given back as soon as a run fails for another reason.',
    file: standing,
    find: "showsStanding(end) && (state === 'caught-up' || (state === 'more' && wasAnswered))",
    put: 'showsStanding(end)',
    test: standingTest,
  },
  {
    name: 'loss-begins-anew',
    story: 'Each refused run makes the loss of a permission begin later.',
    file: standing,
    find: '    if (before.accessLoss?.reason === lost) return before.accessLoss;\n',
    put: '',
    test: standingTest,
  },
  {
    name: 'loss-not-noted',
    story: 'If the table fails in the moment in which a loss ends, nobody ever learns of it.',
    file: standing,
    find: '      accessLoss: after.accessLoss ?? before.accessLoss,\n',
    put: '',
    test: standingTest,
  },
  {
    name: 'move-not-recorded',
    story: 'Somebody moves the watermark past a day, and the evidence knows nothing of it.',
    file: 'functions/core/jobs/move-feed.ts',
    find: '  await retry(effects, RETRIES.table, asker.endBy, () => noteOnDay(effects, feed.name, note.at, [note]));\n',
    put: '',
    test: standingTest,
  },
  {
    name: 'gap-found-later',
    story: 'A gap that was found after a month’s end is missing from the evidence of the month.',
    file: evidence,
    find: 'dayOf(Math.max(now, range.from))',
    put: 'dayOf(range.to - 1)',
    test: standingTest,
  },
];
