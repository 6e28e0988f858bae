import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { findSources } from '../../../lib/plan/find-sources.ts';
import everySetting from '../../../tools/configuration/every-setting.json' with { type: 'json' };
import { settingRow, settingsOf } from '../../../tools/configuration/setting-rows.ts';

test('the examples of the page are values that are accepted', async () => {
  const sources = await findSources();

  for (const config of everySetting) parseConfig(JSON.stringify(config), 'example', sources, DESTINATION_TYPES);
});

test('every setting has a meaning and an example', async () => {
  const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[\w.]+`/.test(line) && line.split(' | ').length === 6);

  expect(rows.length).toBeGreaterThan(80);
  expect(
    rows.filter((row) =>
      row
        .split(' | ')
        .slice(4)
        .some((cell) => /^\s*\|?$/.test(cell)),
    ),
  ).toEqual([]);
});

test('an object of several kinds has its settings by kind, each with an example of that kind', () => {
  const kind = (value: string, name: string) => ({
    type: 'object',
    properties: { is: { const: value }, [name]: { type: 'string', description: 'Where.' } },
    required: [name],
  });
  const settings = settingsOf({
    properties: { at: { description: 'Which.', oneOf: [kind('door', 'street'), kind('box', 'street')] } },
  });
  const examples = [{ at: { is: 'door', street: 'High Street' } }, { at: { is: 'box', street: 'Post Office' } }];

  expect(settings.map((setting) => settingRow(setting, examples))).toEqual([
    ['`at`', 'object', '', '', 'Which.', '`{"is":"door","street":"High Street"}`'],
    ['`at.is`', 'text', '**required**', '`"door"`, `"box"`', 'Which of these it is.', '`"door"`'],
    ['`at.street` of `"door"`', 'text', '**required**', '', 'Where.', '`"High Street"`'],
    ['`at.street` of `"box"`', 'text', '**required**', '', 'Where.', '`"Post Office"`'],
  ]);
});
