import { fieldType } from '../../functions/formats/ecs-fields.ts';
import { parseFile } from '../../tools/content/sigma/parse-file.ts';
import type { Correlation } from '../../tools/content/sigma/rule.ts';

const PARTS = `---
title: Failed
id: 00000000-0000-4000-8000-000000000002
name: failed
logsource: { product: tidemark }
detection: { selection: { event.action: login-failed }, condition: selection }
---
title: Entered
id: 00000000-0000-4000-8000-000000000003
name: entered
logsource: { product: tidemark }
detection: { selection: { event.action: user-login }, condition: selection }
`;
/** Rules about single events, named failed and entered. */
export const [FAILED, ENTERED] = PARTS.split('---\n').slice(1) as [string, string];

/** A correlation, named burst. */
export const BURST = `title: Burst
id: 00000000-0000-4000-8000-000000000004
name: burst
correlation: { type: event_count, rules: [failed], group-by: [user.id], timespan: 5m, condition: { gte: 3 } }
`;

/** A correlation with the rules that it refers to. */
export function rule(correlation: string, parts: readonly string[]): Correlation {
  const text = `title: Rule
id: 00000000-0000-4000-8000-000000000001
status: experimental
description: Detects something.
author: Tidemark
date: 2026-12-01
tags: [attack.credential-access, attack.t1110]
correlation: ${correlation}
falsepositives: [None]
level: low
runbook: Look at it.
${parts.map((part) => `---\n${part}`).join('')}`;
  return parseFile('content/sigma/rule.yml', text, fieldType).logic as Correlation;
}
