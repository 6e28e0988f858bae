import { expect, test } from 'vitest';
import { summarizeConfig } from '../../../cli/diag/summarize-config.ts';
import { summarizeFailure } from '../../../cli/diag/summarize-feed.ts';
import { deploymentSchema, fillDeployment } from '../../../functions/core/config/deployment.ts';
import type { Config } from '../../../functions/core/config/tidemark-config.ts';

test('a configuration is told without passwords in URLs and without addresses of people', () => {
  const deployment = fillDeployment(
    deploymentSchema().parse({
      alarms: { emails: ['canary-person@example.com'] },
      proxy: 'http://proxy.example.com:3128',
    }),
  );
  const settings = {
    owner: 'canary-person@example.com',
    url: 'https://canary-user:canary-password@vendor.example/path?key=canary-query#canary',
    broken: 'https://[canary',
    list: [{ deep: 'canary-person@example.com' }],
    count: 3,
  };
  const config = {
    connections: [
      { id: 'acme', source: 'any', origin: 'https://api.example.com/v1', secret: 'tidemark/any/acme', settings },
    ],
    destinations: [],
    deployment,
  } as unknown as Config;

  const told = summarizeConfig(config);

  expect(JSON.stringify(told)).not.toContain('canary');
  expect(told).toMatchObject({
    connections: [
      {
        origin: 'https://api.example.com/v1',
        secret: 'tidemark/any/acme',
        settings: { url: 'https://vendor.example/path', count: 3 },
      },
    ],
    deployment: { proxy: 'http://proxy.example.com:3128/', alarms: { emails: 1 }, timeoutSeconds: 300 },
  });
});

test.each([
  ['Memory answered 503: canary', 503],
  ['Memory refuses the token (401): canary', 401],
  ['the answer is no JSON: canary', undefined],
])('a failure is told without its text: %s', (message, status) => {
  const told = summarizeFailure({ code: 'failing', message, at: '2026-01-10T00:00:00Z' });

  expect(told).toEqual({ code: 'failing', at: '2026-01-10T00:00:00Z', ...(status !== undefined && { status }) });
});
