import { createHash } from 'node:crypto';
import { OutOfTimeError, UnreadableError } from '../../errors.ts';
import { rowKey } from '../../events/identity.ts';
import { type CutRecord, listInPieces } from '../../events/json/list-in-pieces.ts';
import type { Answer, Request, Row, Stream } from '../../model.ts';
import type { Reader, ReadPage } from './pages.ts';
import { proofOf } from './proof.ts';

/** An answer that is too large for memory, and the list of its records. */
export interface LargeAnswer {
  readonly answer: Answer;
  readonly request: Request;
  readonly pieces: AsyncIterable<string>;
  readonly list: string;
}

/**
 * Reads an answer that is too large for memory, some records at a time: each time, the stream reads a small document with these records.
 * What was read before an error counts: the window does not end, and is read again.
 */
export async function* readLargeAnswer(reader: Reader, large: LargeAnswer): AsyncGenerator<ReadPage, void> {
  const { asker, feed, effects } = reader;
  const { answer, request, pieces, list } = large;
  const { stream } = feed;
  const beginning = new Beginning();
  const check = stream.listCheck?.();
  const groups = listInPieces(beginning.of(pieces), list);
  let proof = proofOf(answer, { rows: [] }, effects.now());
  let isPart = false;
  let hasCut = false;
  try {
    for (;;) {
      if (effects.now() >= asker.stopAt || asker.effects.stopping()) throw new OutOfTimeError();
      const step = await groups.next();
      if (step.done) {
        const document = JSON.parse(step.value) as Readonly<Record<string, unknown>>;
        if (!Object.hasOwn(document, list)) throw new UnreadableError(`the JSON has no list "${list}"`);
        // The content of a record that was too long is not known.
        if (!hasCut) check?.end(document);
        return;
      }
      const { texts, cut } = step.value;
      hasCut ||= cut.length > 0;
      const page = stream.read({ ...answer, text: `{${JSON.stringify(list)}:[${texts.join()}]}` }, request);
      check?.add(texts.length, page.rows);
      const rows = [...page.rows, ...cut.map(cutRow)];
      yield { ...pageOf(stream, rows), ...proof, isPart };
      [proof, isPart] = [{}, true];
    }
  } catch (thrown) {
    throw beginning.explain(thrown);
  } finally {
    await groups.return('');
  }
}

function pageOf(stream: Stream, rows: readonly Row[]) {
  return { rows, keys: rows.map((row) => rowKey(stream, row)), number: 1, again: false, hasNext: false, size: 0 };
}

/** A stand-in for a record that is too long. Its digest tells it from others that begin in the same way. */
function cutRow({ text, length, digest }: CutRecord): Row {
  const value = { beginning: text, characters: length, digest };
  return {
    value,
    text: JSON.stringify(value),
    problem: `the record has ${length} characters: only its beginning is kept`,
  };
}

/** Maximum length of the beginning that is kept for an error. */
const MAX_BEGINNING = 64_000;

/** The beginning of a text that comes in pieces, and the digest of all of it. */
class Beginning {
  #text = '';
  #length = 0;
  readonly #hash = createHash('sha256');

  async *of(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const piece of pieces) {
      this.#text += piece.slice(0, MAX_BEGINNING - this.#text.length);
      this.#length += piece.length;
      this.#hash.update(piece);
      yield piece;
    }
  }

  /** The error for an answer that cannot be read. Others are returned as they are. */
  explain(thrown: unknown): unknown {
    if (!(thrown instanceof SyntaxError || thrown instanceof UnreadableError)) return thrown;
    const claims = thrown instanceof UnreadableError ? thrown.claimsFormat : /^\s*[[{]/.test(this.#text);
    const unreadable = new UnreadableError(`${thrown.message} (after ${this.#length} characters)`, claims, thrown);
    unreadable.body = `${this.#text}\n[${this.#length} characters, digest ${this.#hash.digest('hex').slice(0, 32)}]`;
    return unreadable;
  }
}
