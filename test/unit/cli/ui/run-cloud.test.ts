import { expect, test } from 'vitest';
import { runInCloud } from '../../../../cli/cloud/run-cloud.ts';

test('run --cloud --ui is refused, with the command that is meant', async () => {
  const asked = runInCloud({ state: '.tidemark', json: false, once: true, cloud: true, ui: true });

  await expect(asked).rejects.toMatchObject({ code: 'config', remedy: expect.stringContaining('tidemark ui --cloud') });
});
