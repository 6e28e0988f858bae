import type { WriteStream } from 'node:tty';
import type { ComponentType } from 'react';
import { type Line, type Size, type Span, span, type Tone } from '../screen/line.ts';

/** What is shown on the whole screen of a terminal. */
export interface Play {
  /** The whole screen: not more lines than it has, none wider. */
  draw(size: Size): readonly Line[];
  /** A key, by what it writes or by its name; of what is pasted, each character. */
  onKey(key: string): void;
  /** What cannot be drawn on a small terminal. */
  readonly title: string;
}

/** A screen that is being shown. */
export interface Stage {
  /** Draws again. */
  refresh(): void;
  /** Gives the terminal back as it was. */
  end(): Promise<void>;
}

const SMALLEST: Size = { columns: 60, rows: 15 };

/** How a tone looks, in the sixteen colours that every terminal has and that its owner may have chosen. */
const STYLES = {
  plain: {},
  title: { bold: true },
  dim: { dimColor: true },
  good: { color: 'green' },
  active: { color: 'cyan' },
  warning: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  chosen: { color: 'cyan', bold: true },
} as const satisfies Record<Tone, object>;

const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/** Whether a stream is a terminal on which something can be drawn in place. */
export function canDraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/**
 * Takes over the screen of a terminal. The library for it is loaded here and nowhere else: it takes a third of a second.
 *
 * @param stream the terminal, which is given back when the program ends in whatever way it can notice
 */
export async function openStage(play: Play, stream: WriteStream = process.stderr): Promise<Stage> {
  const { ink, react } = await loadLibrary(stream);
  const { createElement: element } = react;
  // A character that is wider than we think must not push its line into the next.
  const restore = () => void stream.write(WRAP);
  const sleep = async () => {
    restore();
    await sleepInBackground();
    stream.write(NO_WRAP);
  };
  process.once('exit', restore);
  stream.write(NO_WRAP);

  const View: ComponentType<{ readonly moment: number }> = () => {
    const { isRawModeSupported } = ink.useStdin();
    const { suspendTerminal } = ink.useApp();
    const size = ink.useWindowSize();
    ink.useInput(
      (input, key) => {
        for (const name of namesOf(input, key)) {
          if (name === 'ctrl-z') void suspendTerminal(sleep);
          else if (name === 'ctrl-l') instance.clear();
          else play.onKey(name);
        }
        refresh();
      },
      { isActive: isRawModeSupported },
    );
    const lines = isSmall(size) ? tooSmall(play.title, size) : play.draw(size);
    const rows = lines.map((line) =>
      element(ink.Text, { wrap: 'truncate' }, ...(line.length === 0 ? [' '] : line.map(draw))),
    );
    const whole = { flexDirection: 'column', width: size.columns, height: size.rows, overflow: 'hidden' } as const;
    return element(ink.Box, whole, ...rows);
  };

  function draw({ text, tone }: Span) {
    return element(ink.Text, STYLES[tone], text);
  }

  let moment = 0;
  const scene = () => element(View, { moment: ++moment });
  const instance = ink.render(scene(), {
    stdout: stream,
    stdin: process.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: true,
    // The other way goes on in the middle of a line, at a column that a terminal may count differently.
    incrementalRendering: false,
  });
  const refresh = () => instance.rerender(scene());
  return {
    refresh,
    async end() {
      instance.unmount();
      await instance.waitUntilExit();
      process.off('exit', restore);
      restore();
    },
  };
}

/** Its users choose by the environment: the smaller form of the one library, and colours as the terminal shows them, also if stdout is none. */
async function loadLibrary(stream: WriteStream) {
  const { NODE_ENV, FORCE_COLOR } = process.env;
  process.env.NODE_ENV = 'production';
  process.env.FORCE_COLOR = { 1: '0', 4: '1', 8: '2', 24: '3' }[stream.getColorDepth()] ?? '1';
  try {
    const [ink, react] = await Promise.all([import('ink'), import('react')]);
    return { ink, react };
  } finally {
    restoreVariable('NODE_ENV', NODE_ENV);
    restoreVariable('FORCE_COLOR', FORCE_COLOR);
  }
}

function restoreVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Stops this program and those that were started with it, as Ctrl-Z does, until the shell lets them go on. */
async function sleepInBackground(): Promise<void> {
  process.kill(0, 'SIGTSTP');
  // The signal has been heeded by the next turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
}

/** The names of the keys of one chunk of input: keys that are typed fast come together. A letter is its own name. */
function namesOf(input: string, key: Readonly<Record<string, unknown>>): string[] {
  const name = NAMED_KEYS.find((one) => key[one]);
  if (name !== undefined) return [name];
  return key.ctrl ? [`ctrl-${input}`] : [...input].map(nameOf);
}

/** The name of a character as it is typed: those below the blank are letters with Ctrl. */
function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\r' || character === '\n') return 'return';
  return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character;
}

const NAMED_KEYS = [
  'upArrow',
  'downArrow',
  'leftArrow',
  'rightArrow',
  'pageUp',
  'pageDown',
  'home',
  'end',
  'return',
  'escape',
  'backspace',
];

function isSmall({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** Says that the terminal is too small, in as few columns as there are. */
function tooSmall(title: string, { columns, rows }: Size): Line[] {
  const texts = [
    'The terminal is too small.',
    `It has ${columns} x ${rows} characters,`,
    `${title} takes ${SMALLEST.columns} x ${SMALLEST.rows}.`,
    'The work goes on. q quits.',
  ];
  return texts.slice(0, rows).map((text) => [span(text.slice(0, columns))]);
}
