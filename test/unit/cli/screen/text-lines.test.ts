import { expect, test } from 'vitest';
import { linesOfText } from '../../../../cli/screen/text-lines.ts';
import { paint } from '../../../../cli/views/paint.ts';
import { textOf, widest } from '../live/sample-state.ts';

test('a table is cut at the edge, and a sentence goes on in the next line', () => {
  const text = 'feed      watermark   behind\na/b/acme  2026-03-01  12s\n  a/b/acme: it waits until tomorrow';

  expect(textOf(linesOfText(text, 20))).toBe(
    ['feed      watermark…', 'a/b/acme  2026-03-0…', '  a/b/acme: it', '    waits until', '    tomorrow'].join('\n'),
  );
  expect(textOf(linesOfText(text, 40))).toBe(text);
});

test('colours stay where they are, and no text controls the terminal', () => {
  const [line] = linesOfText(`a  ${paint('bad', 'failed\u001b[2J')}  ${paint('faint', '太郎')}`, 40);

  expect(line).toEqual([
    { text: 'a  ', tone: 'plain' },
    { text: 'failed [2J', tone: 'bad' },
    { text: '  ', tone: 'plain' },
    { text: '太郎', tone: 'dim' },
  ]);
  expect(widest(linesOfText(paint('bad', '太'.repeat(50)), 15))).toBeLessThanOrEqual(15);
});
