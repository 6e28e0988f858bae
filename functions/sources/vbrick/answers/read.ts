import { UnreadableError } from '../../../core/errors.ts';
import { digest } from '../../../core/events/identity.ts';
import { withoutByteOrderMark } from '../../../core/events/json/json-answer.ts';
import type { Answer, Page, Request, Row } from '../../../core/model.ts';
import type { Columns } from './columns.ts';
import { csvRows } from './csv-page.ts';
import { valueIn } from './json-object.ts';
import { jsonPage } from './json-page.ts';
import { beginningOnly, keysOnly, WITHHELD } from './keys-only.ts';
import { isKeysOnly, nextQuestion } from './question.ts';

/** Reads a page. If it cannot be read, the whole answer is kept for a closer look, unless its states must not be passed on. */
export function read(answer: Answer, asked: Request): Page {
  try {
    return readPage(answer, asked);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError) || !isKeysOnly(asked)) throw thrown;
    const withheld = new UnreadableError(
      'the answer cannot be read, and is not quoted since includeStates is false',
      thrown.claimsFormat,
    );
    withheld.body = `${WITHHELD} ${answer.text.length} characters, digest ${digest(answer.text)}`;
    throw withheld;
  }
}

/** The answer may have either of the two documented forms. */
function readPage(answer: Answer, asked: Request): Page {
  const text = withoutByteOrderMark(answer.text);
  const contentType = answer.headers['content-type'] ?? '';
  const isCsv = !/\bjson\b/i.test(contentType) && !/^\s*\{/.test(text);
  const { rows, header = {} } = isCsv ? { rows: csvRows(text, answer) } : jsonPage(text, contentType);
  const direction = (name: string) => valueIn(header, name) ?? answer.headers[name];
  const next = nextQuestion(asked, direction('nextfromdate'), direction('nextcontinuationtoken'));
  const total = countOf(direction('totalrecords'));
  return {
    rows: rows.map((columns) => rowOf(columns, isKeysOnly(asked))),
    ...(next && { next }),
    ...(total !== undefined && { total }),
  };
}

/**
 * `value` holds the whole row, which makes its identity: so it stays the same row when the setting includeStates changes. `text`
 * is what is passed on. A line that is no row is a text, and mapping it fails.
 */
function rowOf(value: Columns | string, withoutStates: boolean): Row {
  if (!withoutStates) return { value, text: JSON.stringify(value) };
  return { value, text: JSON.stringify(typeof value === 'string' ? beginningOnly(value) : keysOnly(value)) };
}

function countOf(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
