import type { Mutation } from '../mutation.ts';

/** Bugs in what is delivered, to whom, and how that is remembered. */
export const DELIVERY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'seen-before-deliver',
    story: 'Events are remembered as delivered before they are: a crash in between loses them without a trace.',
    file: 'functions/core/delivery/flush.ts',
    find: 'const results = await Promise.allSettled(',
    put:
      'const all = new Uint32Array(waiting.length).fill(2 ** destinations.length - 1);\n' +
      '    await rememberChunks(this.#parts, this.#chunksOf(waiting, all), endBy);\n' +
      '    const results = await Promise.allSettled(',
  },
  {
    name: 'accepted-part-forgotten',
    story: 'One destination refuses for six hours, and the other one gets the same flush seventy times.',
    file: 'functions/core/delivery/deliveries.ts',
    find: 'if (chunks.length > 0) await this.#remember(chunks);',
    put: 'if (chunks.length > 0 && sent.every((one) => !one.failure)) await this.#remember(chunks);',
  },
  {
    name: 'nothing-remembered',
    story: 'Each run delivers the whole overlap again.',
    file: 'functions/core/delivery/flush.ts',
    find: '  await retry(effects, RETRIES.table, endBy, () => effects.remember(place, chunks));\n',
    put: '',
  },
  {
    name: 'lines-written-over',
    story:
      'The bytes of a flush are used for the next one before Firehose has them: events are lost, and others come twice.',
    file: 'functions/core/delivery/flush.ts',
    find: '    const results = await Promise.allSettled(\n',
    put: '    for (const lines of this.#lines) lines.release();\n    const results = await Promise.allSettled(\n',
    test: 'test/rules/delivery/delivery.test.ts',
  },
  {
    name: 'resting-keys-forgotten',
    story: 'The keys of an hour that a backlog has left behind are lost: the next overlap delivers that hour again.',
    file: 'functions/core/state/bucket-keys.ts',
    find: '      this.#parts.push({ bits, words });\n    }\n    this.#stored += added.size;',
    put: '    }\n    this.#stored += added.size;',
    test: 'test/property/seen.test.ts',
  },
  {
    name: 'partial-refusal-ignored',
    story: 'Firehose refuses three records of five hundred, and they are never sent again.',
    file: 'functions/core/delivery/deliver.ts',
    find: 'else refused.push(record);',
    put: 'else accepted.push(record);',
  },
  {
    name: 'whole-call-sent-again',
    story: 'Firehose refuses three records of five hundred, and all five hundred are sent again.',
    file: 'functions/core/delivery/deliver.ts',
    find: '    waiting = refused;\n',
    put: '    waiting = refused.length > 0 ? waiting : refused;\n',
  },
  {
    name: 'lost-answer-taken-for-accepted',
    story: 'Firehose does not answer, and its records are believed to have arrived.',
    file: 'functions/core/delivery/deliver.ts',
    find: 'call.map(() => thrown.message)',
    put: 'call.map(() => undefined)',
  },
  {
    name: 'throttled-call-taken-for-accepted',
    story: 'Firehose throttles a whole call, and its records are believed to have arrived.',
    file: 'functions/core/delivery/deliver.ts',
    find: 'if (codes[at] === undefined) accepted.push(record);',
    put: 'if (codes[at] === undefined || codes.every((code) => code !== undefined)) accepted.push(record);',
  },
  {
    name: 'call-outlives-lease',
    story: 'A call is begun that may end after the lease: the next worker delivers the same records meanwhile.',
    file: 'functions/core/delivery/deliver.ts',
    find: 'Math.min(PUT_TIMEOUT, endBy - effects.now())',
    put: 'PUT_TIMEOUT',
  },
  {
    name: 'seen-for-all-destinations',
    story: 'What one destination has accepted counts as delivered to the other one too, which never gets it.',
    file: 'functions/core/reading/rows/queue-event.ts',
    find: 'wantedBy(run, reading, time) & ~deliveredTo;',
    put: 'deliveredTo > 0 ? 0 : wantedBy(run, reading, time);',
  },
  {
    name: 'seen-not-loaded',
    story:
      'A bucket that is not in memory counts as one in which nothing was delivered: its events are delivered again.',
    file: 'functions/core/state/seen.ts',
    find: 'return keys ? keys.get(key) : this.#loadAndAsk(bucket, key);',
    put: 'return keys?.get(key) ?? 0;',
  },
  {
    name: 'seen-cut-short-is-complete',
    story: 'Buckets for which there was no room count as loaded: their events are delivered again.',
    file: 'functions/core/state/seen.ts',
    find: 'if (whole > 0 && !this.#makeRoom(kept)) return;',
    put: 'if (whole > 0 && !this.#makeRoom(kept)) break;',
    test: 'test/property/seen.test.ts',
  },
  {
    name: 'seen-failed-is-complete',
    story: 'A bucket whose loading failed half-way counts as loaded: its other events are delivered again.',
    file: 'functions/core/state/seen.ts',
    find: 'for (const bucket of left.keys()) this.#loading.delete(bucket);',
    put: 'for (const bucket of left.keys()) this.#finish(bucket, left);',
    test: 'test/property/seen.test.ts',
  },
  {
    name: 'seen-in-part-is-complete',
    story: 'A bucket counts as loaded at its first chunk, and the other chunks are left out.',
    file: 'functions/core/state/seen.ts',
    find: 'each <= bucket)',
    put: 'each < bucket)',
    test: 'test/property/seen.test.ts',
  },
  {
    name: 'seen-forgets-while-loading',
    story: 'What a flush delivered while its bucket was being loaded is not known: it is delivered again.',
    file: 'functions/core/state/seen.ts',
    find: 'this.#use(bucket) ?? this.#loading.get(bucket)?.keys;',
    put: 'this.#use(bucket);',
    test: 'test/rules/state/seen.test.ts',
  },
  {
    name: 'quarantine-after-deliver',
    story: 'What is too large is cut and delivered, and the whole of it is lost when the process dies then.',
    file: 'functions/core/delivery/flush.ts',
    find: '      for (const entry of this.#quarantine)\n',
    put:
      '      await Promise.allSettled(destinations.map((one, at) => this.#deliverTo(one, at, waiting, endBy)));\n' +
      '      for (const entry of this.#quarantine)\n',
    test: 'test/rules/delivery/delivery.test.ts',
  },
  {
    name: 'batch-buffer-shared',
    story: 'Two batches are written into the same buffer: the records of one are sent twice, those of the other never.',
    file: 'functions/shell/network/firehose.ts',
    find: 'this.#spares.pop()',
    put: 'this.#spares.at(-1)',
    test: 'test/unit/shell/network/firehose.test.ts',
  },
  {
    name: 'window-of-another-event',
    story: 'Events say that they were read in a window in which they were not read.',
    file: 'functions/core/events/complete.ts',
    find: 'if (window?.from !== parts.window?.from || window?.to !== parts.window?.to) {',
    put: 'if (parts.window === undefined) {',
    test: 'test/unit/core/events/complete.test.ts',
  },
  {
    name: 'endless-memory',
    story: 'A vendor that names each act differently fills the memory of a warm function.',
    file: 'functions/core/events/remembered.ts',
    find: '    if (results.size >= MOST) results.clear();\n',
    put: '',
    test: 'test/unit/core/events/remembered.test.ts',
  },
];
