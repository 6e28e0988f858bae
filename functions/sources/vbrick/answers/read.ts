import { UnreadableError } from '../../../core/errors.ts';
import { digest } from '../../../core/events/identity.ts';
import type { Answer, Page, Request, Row } from '../../../core/model.ts';
import type { Columns } from './columns.ts';
import { csvRows } from './csv-page.ts';
import { valueIn } from './json-object.ts';
import { jsonPage } from './json-page.ts';
import { beginningOnly, keysOnly, WITHHELD } from './keys-only.ts';
import { isKeysOnly, nextQuestion } from './question.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** Reads a page. One that cannot be read is kept whole for a closer look, unless its states are not to be passed on. */
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

/** Whichever of the two documented forms it has. */
function readPage(answer: Answer, asked: Request): Page {
  const text = answer.text.startsWith(BYTE_ORDER_MARK) ? answer.text.slice(1) : answer.text;
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
 * A row is known by all that its columns say, in `value`, so that it stays the same row when its states are switched off in
 * `text`, which is what is passed on. A line that is no row is a text, and mapping it fails.
 */
function rowOf(value: Columns | string, withoutStates: boolean): Row {
  if (!withoutStates) return { value, text: JSON.stringify(value) };
  return { value, text: JSON.stringify(typeof value === 'string' ? beginningOnly(value) : keysOnly(value)) };
}

function countOf(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
