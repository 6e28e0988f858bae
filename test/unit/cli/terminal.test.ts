import { describe, expect, test, vi } from 'vitest';
import { sayProblems } from '../../../cli/feeds/work-off.ts';
import { columns } from '../../../cli/views/columns.ts';
import { sayLine } from '../../../cli/views/log-line.ts';
import { saySummary } from '../../../cli/views/summary.ts';
import { print, printJson, tell } from '../../../cli/views/terminal.ts';
import { clean, excerpt } from '../../../functions/core/events/excerpt.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import type { FeedStatus } from '../../../local/runner.ts';

/** What a terminal obeys, or a reader cannot see, each as a vendor could put it into a text. */
const HOSTILE = {
  'an escape sequence': '\u001b[2J\u001b[1;31m',
  'a title': '\u001b]0;all is well\u0007',
  'a C1 control sequence': '\u009b31m\u009d0;x\u009c',
  'nothing at all': '\u0000\u007f',
  'a carriage return over the line': 'lost\rkept',
  'a line of its own': 'x\nvault: complete',
  'other ends of a line': '\u0085\u2028\u2029\u000b\u000c',
  'text from right to left': '\u202egnp.exe\u202c\u2066\u2069\u200f\u061c',
  'invisible characters': '\u200b\ufeff\u00ad\u{e0041}',
  'half a character': '\ud800',
};

const UNSAFE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const all = Object.values(HOSTILE).join(' ');

/** What a function writes to stdout and stderr. */
function written(act: () => void): string {
  const chunks: unknown[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => chunks.push(chunk) > 0),
  );
  try {
    act();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return chunks.join('');
}

describe.each(Object.entries(HOSTILE))('%s', (_, hostile) => {
  test('is taken out of a text and of the beginning of a body', () => {
    expect(clean(`a${hostile}b`)).toMatch(/^a.*b$/u);
    for (const text of [clean(hostile), excerpt(hostile)]) {
      expect(text).not.toMatch(UNSAFE);
      expect(text).not.toContain('\n');
    }
  });

  test('is not written as a result, as a note or as JSON, which still says the same', () => {
    expect(written(() => print(`result ${hostile}`))).not.toMatch(UNSAFE);
    expect(written(() => tell(`note ${hostile}`))).not.toMatch(UNSAFE);
    const json = written(() => printJson({ [hostile]: hostile }));

    expect(json).not.toMatch(UNSAFE);
    expect(json.indexOf('\n')).toBe(json.length - 1);
    expect(JSON.parse(json)).toEqual({ [hostile]: hostile });
  });
});

describe('texts of vendors and records control no terminal', () => {
  const error = { code: 'failing', stage: 'receiving', message: all, remedy: all } as const;
  const status = {
    feed: all,
    source: 'acme',
    connection: all,
    state: 'failed',
    delivered: 1,
    suppressed: 0,
    pages: 1,
    retries: 0,
    quarantined: 1,
    warnings: [all],
    conditions: [all],
    error,
  } as unknown as FeedStatus;

  test.each([
    ['a table', () => columns(['feed', 'n'], [[all, 1]])],
    ['the summary of a run', () => saySummary([status], '/out', '/secrets')],
    ['a log line', () => sayLine({ time: all, level: all, message: all, [all]: all }) ?? ''],
    [
      'problems',
      () => sayProblems([{ feed: all, state: all, warnings: [all], error } as unknown as FeedReport]).join('\n'),
    ],
  ])('in %s', (_, draw) => {
    const text = draw();

    expect(text).not.toMatch(UNSAFE);
    expect(text).not.toMatch(/^vault: complete/m);
    expect(text).toContain('gnp.exe');
  });
});
