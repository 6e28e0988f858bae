import { createInterface } from 'node:readline/promises';
import type { ReadStream } from 'node:tty';
import { cleanLines } from '../../functions/core/events/excerpt.ts';
import { Interrupted } from '../interrupted.ts';

const [INTERRUPT, END, DELETE, BACKSPACE] = ['\u0003', '\u0004', '\u007f', '\b'];

/** The parts of a terminal that are used. */
export type Terminal = Pick<ReadStream, 'setRawMode' | 'setEncoding' | 'on' | 'off' | 'resume' | 'pause'>;

/** Asks for a line and shows nothing of it, not even its length. A pasted line may end with any line break. */
export async function askHidden(
  question: string,
  terminal: Terminal = process.stdin,
  say: (text: string) => void = (text) => void process.stderr.write(cleanLines(text)),
): Promise<string> {
  say(question);
  // In raw mode the terminal does not echo the input.
  terminal.setRawMode(true);
  terminal.setEncoding('utf8');
  terminal.resume();
  let typed = '';
  try {
    return await new Promise((resolve, reject) => {
      terminal.on('data', onData);
      function onData(chunk: string) {
        for (const character of chunk) {
          if (character === INTERRUPT || (character === END && typed === '')) return end(() => reject(interrupted()));
          if (character === '\r' || character === '\n' || character === END) {
            if (typed === '') continue;
            return end(() => resolve(typed));
          }
          if (character === DELETE || character === BACKSPACE) typed = [...typed].slice(0, -1).join('');
          else typed += character;
        }
      }
      function end(then: () => void) {
        terminal.off('data', onData);
        then();
      }
    });
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
    say('\n');
  }
}

/** Asks for a line that is shown while it is typed. */
export async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

function interrupted(): Interrupted {
  return new Interrupted('Nothing was stored.', 'Run it again when the value is at hand.');
}
