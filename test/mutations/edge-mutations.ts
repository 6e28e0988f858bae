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
    name: 'idle-profile',
    story: 'A consumer that follows profiles looks for an actor and a device that the event does not have.',
    file: 'functions/formats/ocsf/metadata.ts',
    find: '...(hasHostProfile && ',
    put: '...((hasHostProfile || true) && ',
    test: 'test/formats/ocsf/ocsf.test.ts',
  },
  {
    name: 'quarantine-for-ever',
    story: 'Records about persons lie in quarantine for years after everybody has forgotten them.',
    file: 'functions/shell/table/quarantine-entries.ts',
    find: '      ttl: { N: String(Math.ceil((at + lifetime) / SECOND)) },\n',
    put: '',
    test: 'test/unit/shell/table-quarantine.test.ts',
  },
  {
    name: 'expired-quarantine-sent',
    story: 'What should have been deleted is listed, and sent again, because the table takes days to delete it.',
    file: 'functions/shell/table/quarantine-entries.ts',
    find: '* SECOND <= now) continue;',
    put: '* SECOND <= 0) continue;',
    test: 'test/unit/shell/table-quarantine.test.ts',
  },
  {
    name: 'network-for-code',
    story: 'Who takes a function over makes network interfaces in the company’s VPC.',
    file: 'lib/functions/function-role.ts',
    find: "[allow(NETWORK, ['*']), denyToCode(scope)]",
    put: "[allow(NETWORK, ['*'])]",
    test: 'test/infra/policies.test.ts',
  },
  {
    name: 'key-for-any-secret',
    story: 'The function that rotates one token decrypts, by the same key, what else Secrets Manager holds.',
    file: 'lib/account/key.ts',
    find: "['secretsmanager'], only)];",
    put: "['secretsmanager'])];",
    test: 'test/infra/rotation.test.ts',
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
