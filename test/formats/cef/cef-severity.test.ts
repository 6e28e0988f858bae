import { describe, expect, test } from 'vitest';
import { cefSeverityTable } from '../../../functions/formats/cef/severity.ts';
import { readBack } from './cef-event.ts';

describe('severity', () => {
  test.each([
    [8, { module: 'tidemark', action: 'gap', outcome: 'failure' }],
    [3, { module: 'tidemark', action: 'backfill' }],
    [6, { kind: 'pipeline_error' }],
    [1, { kind: 'state' }],
    [1, { kind: 'metric' }],
    [5, { category: ['authentication'], type: ['start'], outcome: 'failure', action: 'login-failed' }],
    [2, { category: ['authentication'], type: ['start'], outcome: 'success', action: 'login' }],
    [5, { category: ['iam'], type: ['change', 'user'], outcome: 'failure', action: 'password-reset-failed' }],
    [4, { category: ['file'], type: ['access'], outcome: 'failure', action: 'video-view-failed' }],
    [8, { category: ['configuration'], type: ['change'], action: 'updateSupportAccess' }],
    [2, { category: ['configuration'], type: ['access'], action: 'support-page-viewed' }],
    [8, { category: ['iam'], type: ['change', 'user'], action: 'two-factor-authentication-disabled' }],
    [5, { category: ['iam'], type: ['change', 'user'], action: 'two-factor-authentication-enabled' }],
    [8, { category: ['configuration'], type: ['deletion'], action: 'deleteSamlProvider' }],
    [7, { category: ['iam'], type: ['creation', 'user'], action: 'api-token-generated' }],
    [6, { category: ['iam'], type: ['deletion', 'user'], action: 'api-token-revoked' }],
    [7, { category: ['iam'], type: ['change', 'user'], action: 'user-role-changed' }],
    [7, { category: ['iam'], type: ['creation', 'admin'], action: 'something-made' }],
    [6, { category: ['iam'], type: ['deletion', 'user'], action: 'user-deleted' }],
    [5, { category: ['iam'], type: ['creation', 'user'], action: 'user-created' }],
    [5, { category: ['configuration'], type: ['deletion'], action: 'test-deleted' }],
    [3, { category: ['configuration'], type: ['change'], action: 'test-modified' }],
    [2, { category: ['configuration'], type: ['access'], action: 'report-viewed' }],
    [3, { type: ['info'], action: 'quantum-tunnel-calibrated' }],
  ])('%i for %o', (severity, event) => {
    expect(readBack({ event }).severity).toBe(String(severity));
  });

  test('becomes documentation', () => {
    expect(cefSeverityTable()).toContain('| a state or a metric | 1 |');
  });
});
