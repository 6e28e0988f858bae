import type { Mutation } from '../mutation.ts';

const TOO_LARGE = 'test/rules/answers/too-large.test.ts';
const DIED = 'test/rules/run/died.test.ts';

/** Bugs in what is done about answers that memory cannot hold, and about runs that died of something. */
export const ANSWER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'answer-limit-ignores-memory',
    story: 'A page of 30 MiB is read by a function of 256 MB, which is killed, and killed again by the same page.',
    file: 'functions/shell/network/answer-limit.ts',
    find: 'if (memoryMb === undefined) return LARGEST;',
    put: 'if (memoryMb !== "") return LARGEST;',
    test: 'test/unit/shell/network/answer-limit.test.ts',
  },
  {
    name: 'small-values-weigh-nothing',
    story:
      'A page of a few megabytes that consists of empty objects takes a hundred times its size, and kills the function.',
    file: 'functions/shell/network/answer-limit.ts',
    find: 'const VALUE_BYTES = 20;',
    put: 'const VALUE_BYTES = 0;',
    test: 'test/unit/shell/network/answer-limit.test.ts',
  },
  {
    name: 'too-large-not-narrowed',
    story: 'A feed whose page is larger than memory allows stands still, though a smaller window has smaller pages.',
    file: 'functions/core/reading/recover.ts',
    find: 'if (await narrow(run, thrown, left)) {',
    put: 'if (run === undefined) {',
    test: TOO_LARGE,
  },
  {
    name: 'too-large-share-narrowed',
    story: 'With several requests in flight, windows are halved for answers that would fit alone.',
    file: 'functions/core/reading/read-plan.ts',
    find: 'if (run.ahead) {',
    put: 'if (run === undefined) {',
    test: TOO_LARGE,
  },
  {
    name: 'long-record-dropped',
    story: 'A record that is too long to be read disappears from a day, and nobody is told.',
    file: 'functions/core/events/json/list-in-pieces.ts',
    find: 'else cut.push({ text, length, digest });',
    put: 'else size += 0 * (length + digest.length);',
    test: TOO_LARGE,
  },
  {
    name: 'large-day-not-counted',
    story: 'A large day that holds less than it announces counts as read.',
    file: 'functions/core/reading/pages/large-answer.ts',
    find: 'if (!hasCut) check?.end(document);',
    put: '',
    test: TOO_LARGE,
  },
  {
    name: 'secret-between-pieces',
    story: 'A secret that an answer repeats is not masked where one piece of the answer ends and the next begins.',
    file: 'functions/shell/telemetry/mask.ts',
    find: 'this.#notWithin(waiting, waiting.length - most)',
    put: 'this.#notWithin(waiting, waiting.length - 0 * most)',
    test: 'test/unit/shell/telemetry.test.ts',
  },
  {
    name: 'death-unseen',
    story: 'A page that kills the function kills every run after it, and nothing tells of it.',
    file: 'functions/core/state/lease.ts',
    find: 'const hasDied = before?.owner !== undefined && before.owner !== owner;',
    put: 'const hasDied = before === undefined && base === undefined;',
    test: DIED,
  },
  {
    name: 'window-of-death-not-halved',
    story: 'After a run that died, the next one asks for the same window, and dies too.',
    file: 'functions/core/reading/recovery/read-less.ts',
    find: 'Math.min(isKnown ? 0 : died, MOST_HALVINGS)',
    put: 'Math.min(isKnown ? 0 : 0 * died, MOST_HALVINGS)',
    test: DIED,
  },
  {
    name: 'windows-before-death-not-committed',
    story: 'The windows before the one that kills are blamed, run after run, and the feed stands still.',
    file: 'functions/core/reading/finish-window.ts',
    find: 'if (progress.careful) await commitPosition(run, {});',
    put: 'if (progress.careful?.until === 0) await commitPosition(run, {});',
    test: DIED,
  },
  {
    name: 'deadly-window-read-again',
    story: 'A window that was given up because runs died of it kills again with every re-read of the overlap.',
    file: 'functions/core/reading/plan.ts',
    find: 'Math.max(watermark - overlap, floor, readFrom)',
    put: 'Math.max(watermark - overlap, floor, 0 * readFrom)',
    test: DIED,
  },
  {
    name: 'heap-grows-without-a-limit',
    story: 'Nobody has limited the heap, and it grows past the memory of the function, which is killed.',
    file: 'functions/shell/warm/heap-size.ts',
    find: "    setFlagsFromString('--semi-space-growth-factor=1');\n",
    put: '',
    test: 'test/unit/shell/warm/heap-size.test.ts',
  },
  {
    name: 'limited-heap-limited-again',
    story:
      'The limits of the deployment are not the ones that count: a function with much memory is collected all the time.',
    file: 'functions/shell/warm/heap-size.ts',
    find: 'LIMITED * Number(memoryMb)',
    put: '0 * Number(memoryMb)',
    test: 'test/unit/shell/warm/heap-size.test.ts',
  },
];
