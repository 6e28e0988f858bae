import type { Mutation } from './mutation.ts';

/** Bugs in what is asked for, what is kept of it, and how records are told apart. */
export const READING_MUTATIONS: readonly Mutation[] = [
  {
    name: 'overlap-off-by-one',
    story: 'The first step of each overlap, and of the feed itself, is left out.',
    file: 'functions/core/plan.ts',
    find: 'floorTo(Math.max(overlapFrom, oldestKept), precision)',
    put: 'floorTo(Math.max(overlapFrom, oldestKept), precision) + precision',
  },
  {
    name: 'no-overlap',
    story: 'A bare watermark: whatever the vendor shows late is lost.',
    file: 'functions/core/plan.ts',
    find: 'Math.max(watermark - overlap, Math.min(seenFrom, watermark), floor)',
    put: 'Math.max(watermark, floor)',
  },
  {
    name: 'no-margins-asked',
    story: 'A record that lies exactly on a window’s bound is lost at a vendor whose bounds are exclusive.',
    file: 'functions/core/plan.ts',
    find: '{ from: Math.max(0, from - precision), to: to + precision }',
    put: '{ from, to }',
  },
  {
    name: 'margin-eats-the-edge',
    story: 'A record at a window’s very beginning is taken for a part of the margin, and lost.',
    file: 'functions/core/run.ts',
    find: 'time >= asked.from && time < range.from',
    put: 'time >= asked.from && time <= range.from',
  },
  {
    name: 'ordinal-lost-on-resume',
    story: 'A run that goes on in the middle of a window leaves out the rest of the equal records of one second.',
    file: 'functions/core/order.ts',
    find: 'from: Math.max(window.from, this.#last), to: window.to',
    put: 'from: Math.max(window.from, this.#last + precision), to: window.to',
  },
  {
    name: 'ordinal-lost-on-resume-backwards',
    story: 'The same where the newest record comes first.',
    file: 'functions/core/order.ts',
    find: 'Math.min(window.to, this.#last + precision)',
    put: 'Math.min(window.to, this.#last)',
  },
  {
    name: 'order-believed-at-once',
    story: 'Two records in order are taken for an order of all: a run that goes on leaves out the others.',
    file: 'functions/core/order.ts',
    find: 'const ENOUGH_STEPS = 8;',
    put: 'const ENOUGH_STEPS = 1;',
  },
  {
    name: 'ordinal-lost',
    story: 'Two failed sign-ins of one second are one.',
    file: 'functions/core/take-in.ts',
    find: 'return known ? 0 : reading.occurrences.next(hash, time, reading.order.monotone);',
    put: 'return 0;',
  },
  {
    name: 'ordinal-lost-at-page-edge',
    story: 'Equal records on two pages are numbered anew on each, and the second is taken for the first.',
    file: 'functions/core/read-window.ts',
    find: '  reading.pageBefore = new Set(page.hashes);\n',
    put: '  reading.pageBefore = new Set(page.hashes);\n  Object.assign(reading, { occurrences: new Occurrences() });\n',
  },
  {
    name: 'broken-body-skipped',
    story: 'A body that was cut off counts as an empty page.',
    file: 'functions/core/read-pages.ts',
    find: '    if (thrown instanceof UnreadableError) thrown.body ||= answer.text;\n',
    put: '    if (thrown instanceof UnreadableError) return { rows: [] };\n',
  },
  {
    name: 'first-window-counts-as-all',
    story: 'The windows of a plan count as one: what is behind the first is never read.',
    file: 'functions/core/plan.ts',
    find: 'Math.min(window.to, proven, vendorNow - feed.settle)',
    put: 'Math.min(plan.to, vendorNow - feed.settle)',
  },
  {
    name: 'total-believed',
    story: 'The vendor announces fewer rows than there are, and the others are not asked for.',
    file: 'functions/core/read-pages.ts',
    find: '    request = next;\n',
    put: '    request = total !== undefined && rows >= total ? undefined : next;\n',
  },
];
