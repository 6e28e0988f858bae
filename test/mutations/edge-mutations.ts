import type { Mutation } from './mutation.ts';

/** Bugs at the edges: in what a vendor's answer, a format, a terminal or an AWS account gets to see. */
export const EDGE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'blank-answer-taken',
    story: 'A gateway answers with nothing for an hour, and the watermark moves past that hour.',
    file: 'functions/core/events/json/json-answer.ts',
    find: '    const { headers, text } = body;\n    const contentType',
    put: "    const { headers, text } = body;\n    if (text.trim() === '') return [] as T;\n    const contentType",
    test: 'test/contract.test.ts',
  },
  {
    name: 'repeated-signature-shown',
    story:
      'A gateway repeats the signature of an earlier request in its answer, and it stands in a log or in quarantine.',
    file: 'functions/shell/auth/vendor.ts',
    find: 'ours.has(name.toLowerCase()) ? MASKED : ',
    put: '',
    test: 'test/unit/shell/vendor.test.ts',
  },
  {
    name: 'terminal-obeys',
    story: 'An event of an attacker moves the cursor of whoever looks at the live view, and writes that all is well.',
    file: 'functions/core/events/excerpt.ts',
    find: '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]',
    put: '[\\x00-\\x1f]',
    test: 'test/unit/cli/terminal.test.ts',
  },
  {
    name: 'alarms-unheard',
    story: 'Nobody has written an address down, and nobody learns that the forwarder has stood still for a month.',
    file: 'lib/stacks/forwarding-stack.ts',
    find: 'if (unheardOf !== undefined) Annotations',
    put: 'if (unheardOf === undefined) Annotations',
    test: 'test/infra/alarms.test.ts',
  },
];
