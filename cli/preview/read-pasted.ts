import { TidemarkError } from '../../functions/core/errors.ts';
import type { Terminal } from '../views/hidden-input.ts';

const [INTERRUPT, END] = ['\u0003', '\u0004'];
/** Some terminals put these around what is pasted. */
const PASTE_MARKS = ['\u001b[200~', '\u001b[201~'];

/**
 * Reads what is pasted into a terminal, until Ctrl-D. In raw mode: a terminal that edits lines cuts them at 4,096 characters, and
 * a record is often longer.
 */
export async function readPasted(terminal: Terminal): Promise<string> {
  terminal.setRawMode(true);
  terminal.setEncoding('utf8');
  terminal.resume();
  const pasted: string[] = [];
  try {
    return await new Promise((resolve, reject) => {
      terminal.on('data', onData);
      function onData(chunk: string) {
        if (chunk.includes(INTERRUPT)) return finish(() => reject(interrupted()));
        const end = chunk.indexOf(END);
        pasted.push(end === -1 ? chunk : chunk.slice(0, end));
        if (end === -1) return;
        // A terminal sends a carriage return for a line break.
        finish(() => resolve(textOf(pasted.join(''))));
      }
      function finish(then: () => void) {
        terminal.off('data', onData);
        then();
      }
    });
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
  }
}

function textOf(pasted: string): string {
  const text = PASTE_MARKS.reduce((rest, mark) => rest.replaceAll(mark, ''), pasted);
  return text.replace(/\r\n?/g, '\n');
}

function interrupted(): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'Nothing was pasted.',
    remedy: 'Paste a record and press Ctrl-D, or name a file with it.',
  });
}
