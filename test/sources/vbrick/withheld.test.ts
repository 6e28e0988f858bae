import { expect, test } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import type { Answer, Connection } from '../../../functions/core/model.ts';
import { HOUR, parseInstant } from '../../../functions/core/time.ts';
import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { firstQuestion } from '../../../functions/sources/vbrick/answers/question.ts';
import { read } from '../../../functions/sources/vbrick/answers/read.ts';

// A body in quarantine is read again by a redrive, without the headers that it came with.

const MARKER = 'marker-of-a-person';
const from = parseInstant('2026-01-10T09:00:00Z') as number;

function asked(includeStates: boolean) {
  const settings = { accountId: 'acc-1', includeStates };
  const connection: Connection = {
    id: 'acme',
    source: 'vbrick',
    origin: 'https://acme.example.com',
    secret: 's',
    settings,
  };
  return firstQuestion('users', { from, to: from + HOUR }, connection);
}

function thrownBy(text: string, includeStates = false): UnreadableError | undefined {
  const answer: Answer = { status: 200, headers: {}, text };
  try {
    read(answer, asked(includeStates));
    return undefined;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UnreadableError);
    return thrown as UnreadableError;
  }
}

test('an unreadable body is withheld with the states, and a redrive of what stands for it makes no event', () => {
  const broken = `${COLUMNS.join(',')}\r\n"${MARKER},"{""Name"":`;

  const error = thrownBy(broken);

  expect(error?.body).not.toBe('');
  expect(`${error?.body} ${error?.message} ${error?.cause}`).not.toContain(MARKER);
  expect(thrownBy(error?.body ?? '')).toBeInstanceOf(UnreadableError);
  expect(thrownBy(error?.body ?? '', true)).toBeInstanceOf(UnreadableError);
});

test('a body that was kept before the states were switched off is read without them', () => {
  const states = JSON.stringify({ Name: MARKER }).replaceAll('"', '""');
  const row = COLUMNS.map((column) => (/state|before|after/i.test(column) ? `"${states}"` : 'x')).join(',');
  const answer: Answer = { status: 200, headers: {}, text: `${COLUMNS.join(',')}\r\n${row}\r\n` };

  expect(
    read(answer, asked(true))
      .rows.map(({ text }) => text)
      .join(),
  ).toContain(MARKER);
  expect(
    read(answer, asked(false))
      .rows.map(({ text }) => text)
      .join(),
  ).not.toContain(MARKER);
});
