import { createHash } from 'node:crypto';
import { ValueEnd } from './value-end.ts';

/** Maximum length of a record that is read. Even if it consists of nothing but small values, it fits the smallest function. */
export const LARGEST_RECORD = 1_000_000;
/** What is kept of a longer one. */
const KEPT_BEGINNING = 20_000;
/** Length of the records that are handed over together. */
const GROUP = 200_000;
/** Maximum length of what is beside the list. */
const LARGEST_ENVELOPE = 1_000_000;

/** Some records of the list. */
export interface Records {
  readonly texts: readonly string[];
  readonly cut: readonly CutRecord[];
}

/** A record that is too long: its beginning, its length, and the digest of all of it. */
export interface CutRecord {
  readonly text: string;
  readonly length: number;
  readonly digest: string;
}

/**
 * Reads the list under one key of a JSON document that comes in pieces, so that only a few records are in memory at a time. The
 * result is the document with an empty list in its place. Throws SyntaxError for what is no JSON object.
 */
export async function* listInPieces(pieces: AsyncIterable<string>, key: string): AsyncGenerator<Records, string> {
  const input = new Input(pieces);
  try {
    await input.expect('{');
    const envelope = ['{'];
    let size = 0;
    const keep = (text: string) => {
      envelope.push(text);
      size += text.length;
      if (size > LARGEST_ENVELOPE) {
        throw new SyntaxError(`what is beside the list has more than ${LARGEST_ENVELOPE} characters`);
      }
    };
    for (let next = await input.peek(); next === '"'; next = await input.peek()) {
      const name = whole(await input.take());
      await input.expect(':');
      if ((JSON.parse(name) as string) === key && (await input.peek()) === '[') {
        keep(`${name}:[]`);
        yield* recordsOf(input);
      } else keep(`${name}:${whole(await input.take())}`);
      if ((await input.peek()) !== ',') break;
      await input.expect(',');
      keep(',');
    }
    await input.expect('}');
    if ((await input.peek()) !== '') throw new SyntaxError('the document is followed by something');
    return `${envelope.join('')}}`;
  } finally {
    await input.close();
  }
}

async function* recordsOf(input: Input): AsyncGenerator<Records, void> {
  let texts: string[] = [];
  let cut: CutRecord[] = [];
  let size = 0;
  await input.expect('[');
  while ((await input.peek()) !== ']') {
    const { text, length, digest } = await input.take();
    if (digest === undefined) texts.push(text);
    else cut.push({ text, length, digest });
    size += text.length;
    if (size >= GROUP) {
      yield { texts, cut };
      [texts, cut, size] = [[], [], 0];
    }
    if ((await input.peek()) === ']') break;
    await input.expect(',');
    if ((await input.peek()) === ']') throw new SyntaxError('a list ends with a comma');
  }
  await input.expect(']');
  if (texts.length + cut.length > 0) yield { texts, cut };
}

/** A value: its text, or the beginning and the digest of one that is too long. */
interface Taken {
  readonly text: string;
  readonly length: number;
  readonly digest?: string;
}

function whole({ text, digest }: Taken): string {
  if (digest !== undefined) throw new SyntaxError(`a member has more than ${LARGEST_RECORD} characters`);
  return text;
}

/** A text that comes in pieces, read from its beginning to its end. */
class Input {
  readonly #pieces: AsyncIterator<string>;
  #piece = '';
  #at = 0;

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** The next character that is no space. Empty at the end. */
  async peek(): Promise<string> {
    for (;;) {
      while (this.#at < this.#piece.length && this.#piece.charCodeAt(this.#at) <= 0x20) this.#at++;
      if (this.#at < this.#piece.length) return this.#piece.charAt(this.#at);
      if (!(await this.#more())) return '';
    }
  }

  async expect(character: string): Promise<void> {
    const next = await this.peek();
    if (next !== character) throw new SyntaxError(`there is ${next === '' ? 'an end' : next} in place of ${character}`);
    this.#at++;
  }

  /** The value that begins at the next character. */
  async take(): Promise<Taken> {
    await this.peek();
    const valueEnd = new ValueEnd();
    const parts: string[] = [];
    let length = 0;
    let hash: ReturnType<typeof createHash> | undefined;
    for (;;) {
      const end = valueEnd.in(this.#piece, this.#at);
      const part = this.#piece.slice(this.#at, end);
      length += part.length;
      if (hash) hash.update(part);
      else if (length <= LARGEST_RECORD) parts.push(part);
      else hash = createHash('sha256').update(parts.join('')).update(part);
      this.#at = end ?? this.#piece.length;
      if (end !== undefined) break;
      if (!(await this.#more())) throw new SyntaxError('the document ends in the middle of a value');
    }
    const text = parts.join('');
    if (!hash) return { text, length };
    return { text: text.slice(0, KEPT_BEGINNING), length, digest: hash.digest('hex').slice(0, 32) };
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    [this.#piece, this.#at] = [done ? '' : value, 0];
    return !done;
  }
}
