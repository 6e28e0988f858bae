import type { Mutation } from './mutation.ts';

const announced = 'functions/core/reading/pages/announced.ts';
const announcedTest = 'test/rules/reading/announced.test.ts';
const scopeTest = 'test/rules/run/scope.test.ts';

/** Bugs in what is found and told of events that are missing, or may be. */
export const LOSS_MUTATIONS: readonly Mutation[] = [
  {
    name: 'announced-rows-forgotten',
    story: 'The vendor announces 50 rows and sends 10, and the watermark passes them at once.',
    file: announced,
    find: 'same < SAME_RUNS && runs < MAX_RUNS',
    put: 'same < 1 && runs < MAX_RUNS',
    test: announcedTest,
  },
  {
    name: 'announced-rows-for-ever',
    story: 'The number of rows that come changes with each read, and the feed stands still.',
    file: announced,
    find: 'same < SAME_RUNS && runs < MAX_RUNS',
    put: 'same < SAME_RUNS',
    test: announcedTest,
  },
  {
    name: 'wrong-total-every-time',
    story: 'A vendor that always announces too many rows costs three runs for each window.',
    file: announced,
    find: "  if (before?.since !== undefined) return { shortfall: before, act: 'go-on' };\n",
    put: '',
    test: announcedTest,
  },
  {
    name: 'short-read-resumed',
    story: 'A range that came short is read again from its end, where nothing is missing.',
    file: announced,
    find: '    progress.leaveOff(progress.unordered ? undefined : left);\n',
    put: '',
    test: announcedTest,
  },
  {
    name: 'short-range-untold',
    story: 'The watermark passes rows that never came, and the feed seems well.',
    file: announced,
    find: "if (act === 'go-on') return;",
    put: "conditions.after = () => undefined;\n  if (act === 'go-on') return;",
    test: announcedTest,
  },
  {
    name: 'totals-believed-after-nothing',
    story: 'A vendor whose totals are wrong is believed again after each hour without events.',
    file: announced,
    find: 'total === rows && rows > 0',
    put: 'total === rows',
    test: announcedTest,
  },
  {
    name: 'short-verification-proves',
    story: 'Verification gets half of the rows, and says that nothing is missing.',
    file: 'functions/core/jobs/verify.ts',
    find: 'return steps.map((step) => ({ ...step, note, unsure: true }));',
    put: 'return steps.map((step) => ({ ...step, note }));',
    test: announcedTest,
  },
  {
    name: 'narrow-sight-for-ever',
    story: 'The permission was granted, and status says for ever that it is missing.',
    file: 'functions/core/run/condition-notes.ts',
    find: "  if (singleActorWarning === undefined) conditions.ended('narrow-sight');\n",
    put: '',
    test: scopeTest,
  },
  {
    name: 'scope-change-forgotten',
    story: 'The next run forgets that the past of the new account was never read.',
    file: 'functions/core/run/condition-notes.ts',
    find: '.filter(([name]) => !this.#ended.has(name as ConditionName))',
    put: '.filter(() => false)',
    test: scopeTest,
  },
  {
    name: 'any-backfill-will-do',
    story: 'A backfill of one hour ends the condition that asks for a month.',
    file: 'functions/core/run/review-scope-change.ts',
    find: ' &&\n      item.job.range.to >= range.to - SECOND',
    put: '',
    test: scopeTest,
  },
];
