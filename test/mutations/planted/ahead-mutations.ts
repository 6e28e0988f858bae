import type { Mutation } from '../mutation.ts';

const readAhead = 'functions/core/reading/pages/read-ahead.ts';
const windowAhead = 'functions/core/reading/pages/window-ahead.ts';
const progress = 'functions/core/reading/progress.ts';
const aheadTest = 'test/rules/reading/read-ahead.test.ts';
const inFlightTest = 'test/rules/reading/requests-in-flight.test.ts';

/** Bugs in how several windows are read at the same time. */
export const AHEAD_MUTATIONS: readonly Mutation[] = [
  {
    name: 'window-ahead-counts-as-done',
    story: 'A window that is read, and not delivered, is behind the watermark: a crash loses all of it.',
    file: progress,
    find: '      watermark: after,\n',
    put: '      watermark: Math.max(after, this.#planned[0]?.to ?? after),\n',
  },
  {
    name: 'window-before-its-turn',
    story: 'The window that is read first is processed first: its rows count as those of another window.',
    file: readAhead,
    find: '    const window = this.#begin(range);\n',
    put:
      '    const early = this.#begin(range);\n' +
      '    const window = this.#windows.find((one) => !one.isReading && !one.isTaken) ?? early;\n',
  },
  {
    name: 'window-left-out',
    story: 'A window is taken off the list before it has had its turn, and nobody reads it.',
    file: progress,
    find: '    const next = after >= window.to ? this.planned(0) : undefined;\n    this.#planned.shift();\n',
    put:
      '    if (this.#planned.length > 1) this.#planned.shift();\n' +
      '    const next = after >= window.to ? this.planned(0) : undefined;\n    this.#planned.shift();\n',
  },
  {
    name: 'plan-of-before',
    story: 'A window is made smaller, and the windows after it stay where they were: the rest of it is never read.',
    file: progress,
    find: '    this.#planned = [];\n',
    put: '',
  },
  {
    name: 'gap-between-parts',
    story: 'Each part begins one step after the end of the one before, and the step is never read.',
    file: progress,
    find: 'withWindow(this.#plan, last), this.#longest(last.to)',
    put: 'withWindow(this.#plan, { from: last.from, to: last.to + this.#feed.stream.precision }), this.#longest(last.to)',
  },
  {
    name: 'stale-pages',
    story: 'A window that is read again gets the pages of before: what was asked for once more is never looked at.',
    file: readAhead,
    find: 'window.isOf(range) && !window.isTaken',
    put: 'window.isOf(range)',
    test: aheadTest,
  },
  {
    name: 'window-of-the-same-start',
    story: 'Pages of a shorter window are used for a longer one that begins at the same time.',
    file: windowAhead,
    find: 'this.range.from === from && this.range.to === to',
    put: 'this.range.from === from',
    test: aheadTest,
  },
  {
    name: 'failure-ahead-swallowed',
    story: 'A window whose answer is a failure counts as one without rows, and the watermark passes it.',
    file: windowAhead,
    find: "    if ('thrown' in end) throw end.thrown;\n    return { done: true, value: end.announced };\n",
    put: "    return { done: true, value: 'thrown' in end ? undefined : end.announced };\n",
  },
  {
    name: 'failure-ahead-hides-pages',
    story: 'A window fails at its last page, and the pages before it are thrown away with it at each run.',
    file: windowAhead,
    find: '        this.#end = { thrown };\n',
    put: '        this.#end = { thrown };\n        this.#pages = [];\n',
    test: aheadTest,
  },
  {
    name: 'reserve-ignored-at-once',
    story: 'Four requests are made although the quota has room for one: others get nothing, and we are throttled.',
    file: readAhead,
    find: 'return Math.min(this.#atOnce, this.#reader.asker.pacer.room);',
    put: 'return this.#atOnce;',
    test: inFlightTest,
  },
  {
    name: 'more-at-once-than-allowed',
    story: 'Requests of windows that were given up do not count: the vendor gets more at once than was allowed.',
    file: readAhead,
    find: 'asking = [...this.#windows, ...this.#givenUp]',
    put: 'asking = [...this.#windows]',
    test: aheadTest,
  },
  {
    name: 'room-for-each-window',
    story: 'Each window asks on whatever the others do.',
    file: readAhead,
    find: 'return asking + (isKept ? 1 : 0) < this.#most;',
    put: 'return true;',
    test: inFlightTest,
  },
  {
    name: 'windows-ahead-without-bound',
    story: 'A backlog of a year is read into the memory of a function while a destination is slow.',
    file: readAhead,
    find: 'this.#windows.length <= MAX_WINDOWS * this.#atOnce && ',
    put: '',
    test: aheadTest,
  },
  {
    name: 'characters-ahead-without-bound',
    story: 'A vendor with large pages fills the memory of a function.',
    file: readAhead,
    find: 'reduce((sum, { size }) => sum + size, 0) >= MAX_SHARE_AHEAD',
    put: 'reduce((sum, { size }) => sum + size, 0) < 0',
    test: aheadTest,
  },
  {
    name: 'read-past-the-cut',
    story: 'Pages are fetched ahead that a resumed read does not take, at a vendor for which they are dear.',
    file: readAhead,
    find: 'return number < cutAfterPages && (',
    put: 'return number > 0 && (',
    test: aheadTest,
  },
  {
    name: 'read-ahead-thrown-away',
    story: 'What is read ahead is given up at each window, and asked for again.',
    file: readAhead,
    find: '(this.#opened(window) ?? this.#keep(window, []))',
    put: 'this.#keep(window, [])',
    test: inFlightTest,
  },
  {
    name: 'read-on-behind-a-failure',
    story: 'The credentials are refused, and each window behind it asks with them again.',
    file: readAhead,
    find: '      if (this.#windows.some(({ hasFailed }) => hasFailed)) return;\n',
    put: '',
    test: inFlightTest,
  },
  {
    name: 'read-on-after-the-run',
    story: 'A run has ended, and its windows go on asking in the time of the next feed.',
    file: readAhead,
    find: '    for (const window of this.#windows) window.stop();\n    this.#windows = [];\n',
    put: '    this.#windows = [];\n',
    test: aheadTest,
  },
  {
    name: 'first-page-whatever-is-asked',
    story: 'After each change of plan, one more request is made at once than was allowed.',
    file: windowAhead,
    find: '    if (last && !last.hasNext) return true;\n',
    put: '    if (!last?.hasNext) return true;\n',
    test: aheadTest,
  },
];
