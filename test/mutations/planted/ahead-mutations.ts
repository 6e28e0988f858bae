import type { Mutation } from '../mutation.ts';

const readAhead = 'functions/core/reading/pages/read-ahead.ts';
const windowAhead = 'functions/core/reading/pages/window-ahead.ts';
const progress = 'functions/core/reading/progress.ts';
const pageRequests = 'functions/core/reading/pages/page-requests.ts';
const parts = 'functions/core/reading/pages/parts.ts';
const lookups = 'functions/core/requests/lookups.ts';

const pageRequestsTest = 'test/rules/reading/page-requests.test.ts';
const lookupsTest = 'test/rules/requests/lookups.test.ts';
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
    find: '    const next = after >= window.to || !mayRise ? this.planned(0) : undefined;\n    this.#planned.shift();\n',
    put:
      '    if (this.#planned.length > 1) this.#planned.shift();\n' +
      '    const next = after >= window.to || !mayRise ? this.planned(0) : undefined;\n    this.#planned.shift();\n',
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
    find: '    const all = [...this.#windows, ...this.#givenUp];\n    return all.reduce((sum, { requests }) => sum + requests.inFlight, 0);\n',
    put: '    return this.#windows.reduce((sum, { requests }) => sum + requests.inFlight, 0);\n',
    test: aheadTest,
  },
  {
    name: 'room-for-each-window',
    story: 'Each window asks on whatever the others do.',
    file: readAhead,
    find: 'return this.#inFlight + (isKept ? 1 : 0) < this.#most;',
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
    find: 'if (number >= cutAfterPages || this.#undivided',
    put: 'if (this.#undivided',
    test: aheadTest,
  },
  {
    name: 'read-ahead-thrown-away',
    story: 'What is read ahead is given up at each window, and asked for again.',
    file: readAhead,
    find: 'const first = this.#opened(window) ?? this.#keep(window, []);',
    put: 'const first = this.#keep(window, []);',
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
  {
    name: 'early-page-whatever-leads-to-it',
    story:
      'The vendor sends a page that is not full, and the rows between its end and the page that was asked for early are lost.',
    file: pageRequests,
    find: 'if (early?.key === this.#keyOf(request)) return',
    put: 'if (early) return',
    test: pageRequestsTest,
  },
  {
    name: 'early-although-never-right',
    story: 'A vendor never fills a page: for each page, several are asked for that nobody reads.',
    file: pageRequests,
    find: '      this.#isUnforeseen = true;\n      this.#early = [];\n',
    put: '      this.#early = [];\n',
    test: pageRequestsTest,
  },
  {
    name: 'early-after-a-failure',
    story:
      'The time of a run is over, each request fails at once, and another one is made early for each of them, for ever.',
    file: pageRequests,
    find: '      this.#isUnforeseen = true;\n      throw thrown;\n',
    put: '      throw thrown;\n',
    test: pageRequestsTest,
  },
  {
    name: 'early-asked-twice',
    story: 'Each page that was asked for early is asked for again when it is its turn.',
    file: pageRequests,
    find: 'this.#early.push({ key: this.#keyOf(request), asking });',
    put: "this.#early.push({ key: '', asking });",
    test: pageRequestsTest,
  },
  {
    name: 'early-failure-ends-the-process',
    story: 'A page that nothing leads to fails, and Node ends the process, because nobody waits for it.',
    file: pageRequests,
    find: '    asking.catch(() => undefined);\n',
    put: '',
    test: pageRequestsTest,
  },
  {
    name: 'early-more-than-allowed',
    story: 'All pages of a part are asked for at once: the vendor gets more requests than was allowed.',
    file: readAhead,
    find: '!this.#isFull && this.#wanted < this.#most',
    put: '!this.#isFull',
    test: inFlightTest,
  },
  {
    name: 'early-without-bound-of-memory',
    story: 'Pages are asked for early while those before them wait: large ones fill the memory of a function.',
    file: readAhead,
    find: '!this.#isFull && this.#wanted < this.#most',
    put: 'this.#wanted < this.#most',
    test: aheadTest,
  },
  {
    name: 'early-past-the-cut',
    story: 'Pages are asked for early that a resumed read does not take.',
    file: readAhead,
    find: 'Math.min(progress.pagesIn(window.range), cutAfterPages)',
    put: 'progress.pagesIn(window.range)',
    test: aheadTest,
  },
  {
    name: 'room-not-needed-for-what-was-not-asked',
    story: 'A page leads elsewhere than expected, and its next request is made beside all that are in flight.',
    file: windowAhead,
    find: 'last?.isNextForeseen === true && this.requests.hasEarly',
    put: 'this.requests.hasEarly',
    test: inFlightTest,
  },
  {
    name: 'parts-end-together',
    story:
      'All parts end at the same time: their pages fill the memory, and only one request is in flight until it is empty.',
    file: parts,
    find: 'Math.min(full, (full * this.#count) / atOnce, share)',
    put: 'Math.min(full, share)',
    test: inFlightTest,
  },
  {
    name: 'undivided-window-read-on',
    story: 'While a window is being divided, its second page is asked for, and thrown away.',
    file: readAhead,
    find: '    else first.stop();\n',
    put: '    else this.#signal.notify();\n',
    test: aheadTest,
  },
  {
    name: 'lookup-left-on-its-way',
    story: 'A lookup fails, the run ends, and another lookup goes on asking in the time of the next run.',
    file: lookups,
    find: '  await Promise.allSettled(all);\n',
    put: '',
    test: lookupsTest,
  },
  {
    name: 'lookups-before-what-they-need',
    story: 'A name is looked up before the customer is known whose name it is.',
    file: lookups,
    find: 'left.filter((lookup) => lookup.wanted(known)).slice(0, atOnce)',
    put: 'left.slice(0, atOnce)',
    test: lookupsTest,
  },
];
