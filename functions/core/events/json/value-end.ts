import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './characters.ts';

/** Finds the end of one JSON value in a text that comes in pieces. What is no JSON ends somewhere, too. */
export class ValueEnd {
  #kind: 'string' | 'brackets' | 'literal' | undefined;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** Returns where the value ends in this piece. Undefined if it goes on in the next one. */
  in(piece: string, from: number): number | undefined {
    for (let at = from; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      this.#kind ??= kindOf(code);
      if (this.#kind === 'literal') {
        if (endsLiteral(code)) return at;
      } else if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) {
          this.#isInString = false;
          if (this.#kind === 'string') return at + 1;
        }
      } else if (code === QUOTE) this.#isInString = true;
      else if (code === OPEN_LIST || code === OPEN_OBJECT) this.#depth++;
      else if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --this.#depth === 0) return at + 1;
    }
    return undefined;
  }
}

function kindOf(first: number): 'string' | 'brackets' | 'literal' {
  if (first === QUOTE) return 'string';
  return first === OPEN_LIST || first === OPEN_OBJECT ? 'brackets' : 'literal';
}

function endsLiteral(code: number): boolean {
  return code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT || code <= 0x20;
}
