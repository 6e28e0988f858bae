import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { previewRecord } from '../../../../cli/preview/preview-record.ts';
import { readPasted } from '../../../../cli/preview/read-pasted.ts';
import { showPreview } from '../../../../cli/preview/show-preview.ts';
import { unpainted } from '../../../../cli/views/paint.ts';
import { showPanels } from '../../../../cli/views/panels.ts';
import { DISTANT, madeUpSource } from './made-up-log.ts';

const panels = ['ONE', 'TWO', 'THREE'].map((title) => ({ title, lines: [{ text: `${title} ${'太郎'.repeat(60)}` }] }));
const linesAt = (width: number | undefined) => unpainted(showPanels(panels, width)).split('\n');

describe('panels', () => {
  test.each([
    [60, 1],
    [120, 2],
    [180, 3],
    [250, 3],
  ])('%i columns wide hold %i beside one another, and no line is wider', (width, beside) => {
    const lines = linesAt(width);

    expect(lines[0]?.match(/ONE|TWO|THREE/g)).toHaveLength(beside);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.join('').match(/太/g)).toHaveLength(180);
  });

  test('stand under one another and are not wrapped where there is no terminal', () => {
    expect(linesAt(undefined)).toHaveLength(3 * 2 + 2);
  });
});

describe('a preview as text', () => {
  const record = {
    id: 'r',
    date: '2026-01-10T09:00:00Z',
    act: 'opened',
    who: { name: 'a\u001b[2Jb', mail: 'x'.repeat(300) },
    inside: '{"unused":1}',
    end: '2026-01-10T10:00:00Z',
  };
  const preview = previewRecord(madeUpSource(), 'acts', JSON.stringify(record), { readAt: DISTANT });

  test.each([60, 100, 160, 250])('fits %i columns', (width) => {
    for (const line of unpainted(showPreview(preview, 'memory/acts', width)).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(width, 60));
  });

  test('marks what was not mapped, shows what fields are made from, and both events', () => {
    const text = unpainted(showPreview(preview, 'memory/acts'));

    expect(text).toContain('"unused": 1  <- not mapped');
    expect(text).toContain('event.action: "opened"  <- act');
    expect(text).toContain('event.provider: "made-up"  (constant)');
    expect(text).toContain('Event 2 of 2');
    expect(text).toContain('Not mapped, and in event.original only: inside.unused');
    expect(text).not.toContain('\u001b');
  });
});

describe('what is pasted', () => {
  /** A terminal that sends these chunks. */
  async function paste(...chunks: string[]): Promise<string> {
    const modes: boolean[] = [];
    const terminal = {
      setRawMode: (raw: boolean) => modes.push(raw),
      setEncoding: () => undefined,
      resume: () => undefined,
      pause: () => undefined,
      off: () => undefined,
      on: (_: string, take: (chunk: string) => void) => queueMicrotask(() => chunks.forEach(take)),
    };
    try {
      return await readPasted(terminal as unknown as Parameters<typeof readPasted>[0]);
    } finally {
      expect(modes).toEqual([true, false]);
    }
  }

  test('is all up to Ctrl-D, however long its lines are', async () => {
    const long = 'x'.repeat(10_000);

    expect(await paste('\u001b[200~{"a":\r', `"${long}"}`, '\u001b[201~\u0004more')).toBe(`{"a":\n"${long}"}`);
  });

  test('is nothing after Ctrl-C', async () => {
    await expect(paste('{"a"', '\u0003')).rejects.toThrow('Nothing was pasted.');
  });
});
