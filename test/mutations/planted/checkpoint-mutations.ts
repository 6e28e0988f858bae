import type { Mutation } from '../mutation.ts';

/** Bugs in what is committed, by whom, and how far the watermark goes. */
export const CHECKPOINT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'commit-before-deliver',
    story: 'The watermark passes a window whose last events are not delivered yet; a crash in between loses them.',
    file: 'functions/core/reading/finish-window.ts',
    find: 'if (flushDue(run) || progress.commitDue(effects.now(), 0)) await flushBehind(run);',
    put: 'await run.lease.commit(progress.takePosition());\n    if (flushDue(run)) await flushBehind(run);',
  },
  {
    name: 'position-before-deliver',
    story: 'The position within a window is committed before what was read up to it is delivered; a crash loses that.',
    file: 'functions/core/reading/read-window.ts',
    find: '  if (hasMoved || !run.outgoing.idle) await flushBehind(run);\n',
    put:
      '  if (hasMoved) await run.lease.commit({ plan: run.progress.plan });\n' +
      '  if (hasMoved || !run.outgoing.idle) await flushBehind(run);\n',
  },
  {
    name: 'fence-ignored',
    story: 'A worker that hung for minutes wakes and writes its old state over that of its successor.',
    file: 'functions/core/state/lease.ts',
    find: 'const before = this.#stored;\n',
    put: 'const before = this.#stored && (await this.#effects.load(this.#feed));\n',
  },
  {
    name: 'commits-overtake-each-other',
    story:
      'Two deliveries end at about the same time, and both commits are written upon the same version: one is refused.',
    file: 'functions/core/state/lease.ts',
    find: 'const working = this.#last.then(work);',
    put: 'const working = work();',
    test: 'test/rules/run/lease-writes.test.ts',
  },
  {
    name: 'noted-meanwhile-forgotten',
    story: 'What a run notes while a commit is under way is never written: its part of the ledger is too small.',
    file: 'functions/core/state/lease.ts',
    find: 'this.item = { ...next, ...this.#notedMeanwhile };',
    put: 'this.item = next;',
    test: 'test/rules/run/lease-writes.test.ts',
  },
  {
    name: 'version-used-twice',
    story: 'The answer to a commit is lost, and the next commit is taken for written although it was not.',
    file: 'functions/core/state/lease.ts',
    find: 'version: ++this.#version };',
    put: 'version: (this.#stored?.version ?? 0) + 1 };',
    test: 'test/rules/run/lease-writes.test.ts',
  },
  {
    name: 'remembered-checkpoint-written-over-the-other',
    story: 'A function writes the checkpoint that it remembers over that of another one: the watermark goes back.',
    file: 'functions/core/state/lease.ts',
    find: 'const before = this.#stored;\n',
    put: "const before = compared === 'whole' ? await this.#effects.load(this.#feed) : this.#stored;\n    compared = 'version';\n",
  },
  {
    name: 'hold-of-another-worker-overlooked',
    story:
      'One function notes that the vendor wants to be left alone, and another one, which remembers no hold, asks on.',
    file: 'functions/core/run/with-lease.ts',
    find: 'const standstill = found && (await standstillFor(found));',
    put: 'const standstill = found && !remembered && (await standstillFor(found));',
    test: 'test/rules/run/remembered.test.ts',
  },
  {
    name: 'kept-keys-of-another-run',
    story: 'Another worker has delivered meanwhile, and a warm one trusts its own memory: events are delivered twice.',
    file: 'functions/core/run/with-lease.ts',
    find: 'if (answer) return answer;',
    put: 'if (answer) return { ...answer, ...(keptSeen && { keptSeen }) };',
    test: 'test/rules/run/remembered.test.ts',
  },
  {
    name: 'remembered-by-version-alone',
    story: 'A person corrects a checkpoint by hand, and the next run of a warm function undoes it.',
    file: 'functions/core/state/lease.ts',
    find: "...(compared === 'whole' && { whole: before }),",
    put: '',
    test: 'test/rules/run/remembered.test.ts',
  },
  {
    name: 'fence-not-raised',
    story: 'Two workers write under one number: nobody can tell whose word counts.',
    file: 'functions/core/state/lease.ts',
    find: 'fence: base.fence + 1,',
    put: 'fence: base.fence,',
  },
  {
    name: 'lease-never-ends',
    story: 'After one crash the feed is busy for ever, and nothing is forwarded any more.',
    file: 'functions/core/state/lease.ts',
    find: 'busyUntil !== undefined && lasts(busyUntil, effects)',
    put: 'busyUntil !== undefined',
  },
  {
    name: 'lease-ends-early',
    story: 'A second worker takes the feed while the first one is at work: whole flushes arrive twice.',
    file: 'functions/core/state/lease.ts',
    find: 'until >= now &&',
    put: 'until - 20_000_000 >= now &&',
  },
  {
    name: 'refused-commit-taken-for-done',
    story: 'A worker whose commit was refused goes on as if it held the feed, beside the one that does.',
    file: 'functions/core/state/lease.ts',
    find: "return this.#isOurs(await this.#effects.load(this.#feed), next) ? 'ours' : 'theirs';",
    put: "return 'ours';",
  },
  {
    name: 'ambiguous-commit-taken-for-done',
    story: 'The table does not answer, and the commit is believed to have come about: the next one fails for nothing.',
    file: 'functions/core/state/lease.ts',
    find: 'await this.#effects.write(this.#feed, next, expect)',
    put:
      'await this.#effects.write(this.#feed, next, expect).catch((thrown) => {\n' +
      "        if (thrown.name === 'AmbiguousWriteError') return 'written';\n" +
      '        throw thrown;\n      })',
  },
  {
    name: 'ambiguous-commit-taken-for-lost',
    story:
      'A commit that came about, and is tried again, is taken for that of another worker: the run ends, its lease stays.',
    file: 'functions/core/state/lease.ts',
    find: "return this.#isOurs(await this.#effects.load(this.#feed), next) ? 'ours' : 'theirs';",
    put: "return 'theirs';",
  },
  {
    name: 'vendor-clock-ignored',
    story: 'With our clock ahead of the vendor’s, the watermark passes what the vendor is yet to write.',
    file: 'functions/core/reading/plan.ts',
    find: 'Math.min(start, vendorNow) - feed.settle',
    put: 'start - feed.settle',
  },
  {
    name: 'settle-ignored',
    story: 'The last moments are read before the vendor has written all of them, and called done.',
    file: 'functions/core/clocks/run-clocks.ts',
    // The plan and the watermark both keep the settle time, by this clock: without it, each of them would hide that the other forgot it.
    find: 'return this.#start + this.#believed.earliest;',
    put: 'return this.#start + this.#believed.earliest + 120_000_000;',
  },
  {
    name: 'now-read-again',
    story: 'A long run moves its own end on: what appeared in the overlap meanwhile is left behind the watermark.',
    file: 'functions/core/reading/progress.ts',
    find: '    this.#uncommittedSince ??= now;\n',
    put:
      '    this.#uncommittedSince ??= now;\n' +
      '    this.#plan = { ...this.#plan, to: Math.max(this.#plan.to, now - this.#feed.settle) };\n',
  },
  {
    name: 'row-time-moves-watermark',
    story: 'One record of the year 2099, and nothing is read until then.',
    file: 'functions/core/reading/process-page.ts',
    find: '  if (time !== undefined) order.add(time);\n',
    put:
      '  if (time !== undefined) order.add(time);\n' +
      '  if (time !== undefined && time > run.lease.item.watermark) run.lease.note({ watermark: time });\n',
  },
  {
    name: 'destination-added-late',
    story: 'A destination that is added later lacks the minutes before its first run.',
    file: 'functions/core/run/owed/reconcile-destinations.ts',
    find: '?.since ?? watermark;',
    put: '?.since ?? watermark + 60_000_000;',
  },
  {
    name: 'gap-unsaid',
    story: 'The vendor has deleted what was not read yet, and nobody is told.',
    file: 'functions/core/reading/run-feed.ts',
    find: "await sendSelfEvent(run, { act: 'gap', range: gap });",
    put: '',
  },
  {
    name: 'snapshot-promoted-early',
    story: 'A snapshot takes the place of the last one before its changes are delivered: a crash loses the changes.',
    file: 'functions/core/snapshots/run-snapshot.ts',
    find: 'await lease.commit({ pending, snapshot: before && snapshot, scope: scopeOf(feed) });',
    put: 'await lease.commit({ snapshot: pending, scope: scopeOf(feed) });',
    test: 'test/rules/snapshots/crashes.test.ts',
  },
  {
    name: 'older-schema-believed',
    story: 'The items of a version that meant something else by them are read as if nothing had changed.',
    file: 'functions/shell/table/items.ts',
    find: 'if (schema === SCHEMA) return;',
    put: 'if (schema <= SCHEMA) return;',
    test: 'test/saved-state/saved-state.test.ts',
  },
  {
    name: 'ids-made-otherwise',
    story: 'A new version makes the ids of events in another way, and delivers the whole overlap again.',
    file: 'functions/core/events/identity.ts',
    find: 'JSON.stringify([source.id, ...(tenant',
    put: "JSON.stringify(['v3', source.id, ...(tenant",
    test: 'test/saved-state/saved-state.test.ts',
  },
];
