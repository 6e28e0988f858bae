import type { Mutation } from '../mutation.ts';

const deliveries = 'functions/core/delivery/deliveries.ts';
const flushBehind = 'functions/core/reading/flush-behind.ts';
const deliveriesTest = 'test/rules/delivery/deliveries.test.ts';

/** Bugs in how flushes are delivered while the run reads on. */
export const ON_THE_WAY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'commit-overtakes-its-flush',
    story: 'A position is committed before the keys of what was read up to it are written: a crash delivers all again.',
    file: deliveries,
    find: '    if (chunks.length > 0) await this.#remember(chunks);\n',
    put:
      '    for (const { delivery } of begun) await delivery.next();\n' +
      '    if (chunks.length > 0) await this.#remember(chunks);\n',
    test: deliveriesTest,
  },
  {
    name: 'commit-overtakes-earlier-flush',
    story: 'A flush that arrives early commits its position while the flush before it is still being sent.',
    file: deliveries,
    find: 'this.#inOrder(this.#last, begun)',
    put: 'this.#inOrder(Promise.resolve(), begun)',
  },
  {
    name: 'commit-after-refused-flush',
    story: 'A destination refuses a flush, and the position behind it is committed with the next one.',
    file: deliveries,
    find: "    if (earlier?.status === 'rejected') throw earlier.reason;\n",
    put: '',
    test: deliveriesTest,
  },
  {
    name: 'commit-of-half-a-pair',
    story: 'Two flushes are remembered together, one of them was refused, and both count as delivered.',
    file: deliveries,
    find: '    for (const { failure } of sent) if (failure) throw failure.thrown;\n',
    put: '    if (sent.every(({ failure }) => failure)) throw sent[0]?.failure?.thrown;\n',
    test: deliveriesTest,
  },
  {
    name: 'position-of-later-reading',
    story: 'What is committed after a flush is how far the run has read by then, not how far that flush goes.',
    file: flushBehind,
    find: '  const position = { ...progress.takePosition(), ...changes };\n  await beginDelivery(run, async () => {\n',
    put: '  await beginDelivery(run, async () => {\n    const position = { ...progress.takePosition(), ...changes };\n',
  },
  {
    name: 'accepted-after-refused-forgotten',
    story: 'A destination refuses a flush, and what it has accepted of the next one is delivered again.',
    file: deliveries,
    find: '    const sent = await Promise.all(begun.map(({ sending }) => sending));\n',
    put:
      "    if (earlier?.status === 'rejected') throw earlier.reason;\n" +
      '    const sent = await Promise.all(begun.map(({ sending }) => sending));\n',
    test: deliveriesTest,
  },
  {
    name: 'more-on-the-way-than-two',
    story: 'A slow destination, and a backlog is read into memory; a crash then repeats all of it.',
    file: deliveries,
    find: '    await this.room(atOnce);\n',
    put: '',
    test: deliveriesTest,
  },
  {
    name: 'never-remembered-alone',
    story:
      'A flush that no other one has followed is not remembered when the run ends: the next run delivers it again.',
    file: deliveries,
    find: '  async finish(): Promise<void> {\n    if (this.#unfollowed.length > 0) this.#settle();\n',
    put: '  async finish(): Promise<void> {\n',
    test: deliveriesTest,
  },
  {
    name: 'failure-leaves-others-on-their-way',
    story: 'A run ends with a failure while its other flush is being sent: what is accepted of it is delivered again.',
    file: deliveries,
    find: '      await Promise.allSettled(this.#ends);\n',
    put: '',
    test: deliveriesTest,
  },
  {
    name: 'next-flush-after-failure',
    story: 'A run whose last flush has failed ends at once, while the flush before is being sent.',
    file: deliveries,
    find: 'if (this.#hasFailed) await this.finish();',
    put: "if (this.#hasFailed) throw new Error('an earlier delivery has failed');",
    test: deliveriesTest,
  },
  {
    name: 'run-ends-before-its-flushes',
    story: 'A run that fails gives its lease back while a flush is on its way, and the next run sends the same events.',
    file: 'functions/core/reading/read-plan.ts',
    find: '    await Promise.allSettled([run.deliveries.finish()]);\n',
    put: '',
    test: deliveriesTest,
  },
  {
    name: 'on-the-way-not-known',
    story:
      'An event that is being sent is read again, at a window’s edge or after a restart, and is sent a second time.',
    file: 'functions/core/delivery/outgoing.ts',
    find: 'this.#waiting.has(id) || this.#onTheirWay.some((flush) => flush.has(id))',
    put: 'this.#waiting.has(id)',
  },
  {
    name: 'flush-shares-its-events',
    story: 'What comes in while a flush is being sent is added to it, counts as delivered, and is not.',
    file: 'functions/core/delivery/outgoing.ts',
    find: '    this.#waiting = new Map();\n    this.#lines = [];\n',
    put: '    this.#lines = [];\n',
  },
  {
    name: 'ongoing-stored-before-delivery',
    story:
      'The end of a session is noted before the event about it is delivered: a crash, and nobody asks for it again.',
    file: flushBehind,
    find: '  const saveOngoing = observers.ongoing.takeNew();\n',
    put: '  const saved = observers.ongoing.takeNew()();\n  const saveOngoing = () => saved;\n',
    test: deliveriesTest,
  },
  {
    name: 'lateness-of-later-flushes',
    story: 'Events count as delivered late that are still being sent, and count again when a crash has repeated them.',
    file: flushBehind,
    find: 'const taken = lateness.takeNew();',
    put: 'const taken = lateness;',
    test: deliveriesTest,
  },
];
