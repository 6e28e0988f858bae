import type { Mutation } from '../mutation.ts';

const CLOCKS = 'test/rules/clocks/clocks.test.ts';

/** Bugs of whoever asks what time it is. */
export const CLOCK_MUTATIONS: readonly Mutation[] = [
  {
    name: 'latest-clock-counts',
    story: 'One clock that is ahead moves the watermark past what the vendor is yet to write.',
    file: 'functions/core/clocks/believed-clocks.ts',
    find: 'const earliest = Math.min(',
    put: 'const earliest = Math.max(',
  },
  {
    name: 'services-not-heard',
    story: 'Our own clock is believed, whatever the table says: a day that it is ahead is a day that is never read.',
    file: 'functions/core/clocks/believed-clocks.ts',
    find: "[['ours', 0], ...Object.entries(offsets)]",
    put: "[['ours', 0]]",
  },
  {
    name: 'doubt-ignored',
    story: 'Two clocks disagree, and the run says caught-up.',
    file: 'functions/core/reading/progress.ts',
    find: 'return agree && (',
    put: 'return (agree || true) && (',
    test: CLOCKS,
  },
  {
    name: 'doubt-delivers-one-window',
    story: 'While the clocks disagree, what lies behind the first window is not delivered.',
    file: 'functions/core/reading/progress.ts',
    find: 'after >= window.to || !mayRise ?',
    put: 'after >= window.to ?',
    test: CLOCKS,
  },
  {
    name: 'gap-passed-untold',
    story:
      'A clock that is believed only late shows that the vendor has deleted a range; it is passed, and nobody is told.',
    file: 'functions/core/reading/progress.ts',
    find: '(isAsPlanned || this.#watermark >= earliest - this.#feed.stream.retention)',
    put: '(isAsPlanned || true)',
  },
  {
    name: 'clock-of-a-plan-forgotten',
    story:
      'A clock far ahead begins a plan, another run finishes it hours later: what happened in between counts as read.',
    file: 'functions/core/reading/progress.ts',
    find: 'return { ...this.#plan, vendorNow: Math.min(vendorNow, this.#clocks.earliest) };',
    put: 'return vendorNow > 0 ? this.#plan : this.#plan;',
    test: CLOCKS,
  },
  {
    name: 'future-watermark-kept',
    story: 'A watermark of the year 2036, and nothing is read until then.',
    file: 'functions/core/run/times/bring-back.ts',
    find: 'if (!clocks.agree || !clocks.isFuture(latest)) return undefined;',
    put: 'if (latest > 0) return undefined;',
    test: CLOCKS,
  },
  {
    name: 'frozen-worker-brings-back',
    story: 'A worker that was frozen takes what others have read since for the future, and moves the watermark back.',
    file: 'functions/core/clocks/run-clocks.ts',
    find: 'return time > this.#effects.now() + this.#believed.latest + CLOCKS_AGREE;',
    put: 'return time > this.latest + CLOCKS_AGREE;',
  },
  {
    name: 'future-start-accepted',
    story: 'A feed begins in the future, and its runs end well without reading anything.',
    file: 'functions/core/run/reconcile-config.ts',
    find: 'if (feed.startFrom !== undefined && isFuture(feed.startFrom, effects)) throw futureStart(feed, start);',
    put: '',
    test: CLOCKS,
  },
  {
    name: 'lease-by-own-clock',
    story: 'A worker whose clock is ahead takes the lease of another one that still works.',
    file: 'functions/core/state/lease.ts',
    find: 'return effects.clocks().table ?? 0;',
    put: 'return 0;',
    test: CLOCKS,
  },
];
