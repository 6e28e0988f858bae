import type { TypeOf } from '../../../tools/content/sigma/field-match.ts';
import { parseFile } from '../../../tools/content/sigma/parse-file.ts';
import type { Rule } from '../../../tools/content/sigma/rule.ts';

const HEAD = `title: A rule
id: 0f7c9a54-5c8e-4c3f-8c47-3b7f2d1e9a64
status: test
description: Detects something.
author: Tidemark
date: 2026-12-01
tags: [attack.t1110]
falsepositives: [Tests]
level: low
runbook: Look at it.
`;

/** Every field is a keyword, but for the address and the time. */
const typeOf: TypeOf = (field) => (field === 'ip' ? 'ip' : field === 'time' ? 'date' : 'keyword');

/** Reads a rule with the usual beginning, or with what is made of it. */
export function read(rest: string, change = (head: string) => head): Rule {
  return parseFile('content/sigma/tests/a_rule.yml', `${change(HEAD)}${rest}`, typeOf);
}

/** Reads a rule with this detection. */
export function readDetection(detection: string, change?: (head: string) => string): Rule {
  return read(`logsource: { product: tidemark }\ndetection:\n${detection.replaceAll(/^/gm, '    ')}\n`, change);
}
