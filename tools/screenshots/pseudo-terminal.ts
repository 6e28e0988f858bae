import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** The program as a path. */
export const CLI = fileURLToPath(new URL('../../cli/cli.ts', import.meta.url));
/** The number of the mode in which a terminal shows its cursor. */
const CURSOR_MODE = 25;

/** A terminal's size in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a program is started with in a terminal. */
export interface Start extends Partial<Size> {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** How long it is waited for something to be seen. */
  readonly patienceMs?: number;
}

/** A character of the screen. */
export interface Cell {
  /** Empty behind a wide character. */
  readonly text: string;
  /** 0 to 15 of the terminal's palette. Undefined for its usual colour. */
  readonly colour: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** A program in a terminal, and what is to be seen there. */
export interface PseudoTerminal {
  /** The rows of the screen, without blanks at their ends. */
  rows(): string[];
  /** The whole screen. */
  screen(): string;
  cells(): Cell[][];
  /** Everything that the program has written, with its control sequences. */
  written(): string;
  /** Everything on the screen that has a colour. */
  coloured(): string;
  /** Whether lines that are too long are continued on the next one, as they are in a shell. */
  wraps(): boolean;
  isCursorSeen(): boolean;
  type(keys: string): void;
  resize(size: Size): void;
  /** Empties the screen behind the program's back. */
  wipe(): Promise<void>;
  /** Waits until the screen shows something. */
  shows(wanted: string | RegExp): Promise<void>;
  /** Waits for something about the rows of the screen. */
  until(what: string, holds: (rows: readonly string[]) => boolean): Promise<void>;
  readonly ended: Promise<number>;
  close(): Promise<void>;
}

export const KEYS = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  end: '\x1b[F',
  home: '\x1b[H',
  enter: '\r',
  escape: '\x1b',
  redraw: '\x0c',
  interrupt: '\x03',
  suspend: '\x1a',
} as const;

/** Starts `tidemark` in a pseudo-terminal of its own. */
export function startTidemark(args: readonly string[], start: Start): PseudoTerminal {
  return startInTerminal([process.execPath, CLI, ...args], start);
}

/** Starts a program in a pseudo-terminal, whose screen is kept by a terminal emulator. */
export function startInTerminal(command: readonly string[], start: Start): PseudoTerminal {
  const { columns: cols = 100, rows = 30, folder: cwd, environment = {}, patienceMs = 240_000 } = start;
  const emulator = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...inherited } = process.env;
  const env = { ...inherited, TERM: 'xterm-256color', COLORTERM: '', ...environment };
  const [file = '', ...args] = command;
  const child = pty.spawn(file, args, { cols, rows, cwd, env });
  let isCursorSeen = true;
  let written = '';
  child.onData((data) => {
    emulator.write(data);
    written += data;
  });
  for (const [final, seen] of [
    ['h', true],
    ['l', false],
  ] as const) {
    emulator.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      if (params.includes(CURSOR_MODE)) isCursorSeen = seen;
      return false;
    });
  }
  // The emulator reads what it was given a little later, and in order: then all is on the screen.
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => emulator.write('', () => resolve(exitCode)));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });

  // Lines keep what they had beyond the edge before the terminal became narrower.
  const cells = (): Cell[][] => {
    const { active } = emulator.buffer;
    return Array.from({ length: emulator.rows }, (_, at) => {
      const line = active.getLine(active.viewportY + at);
      return Array.from({ length: emulator.cols }, (_, column): Cell => {
        const cell = line?.getCell(column);
        return {
          text: cell?.getWidth() === 0 ? '' : cell?.getChars() || ' ',
          colour: cell?.isFgPalette() ? cell.getFgColor() : undefined,
          isBold: Boolean(cell?.isBold()),
          isDim: Boolean(cell?.isDim()),
        };
      });
    });
  };
  const rowsOfScreen = () =>
    cells().map((row) =>
      row
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    );
  const screen = () => rowsOfScreen().join('\n');

  async function until(what: string, holds: (screen: string) => boolean): Promise<void> {
    const parsed = Promise.withResolvers<void>();
    const look = () => {
      if (holds(screen())) parsed.resolve();
    };
    const listening = emulator.onWriteParsed(look);
    const patience = setTimeout(() => parsed.reject(new Error(`${what}; the screen is:\n${screen()}`)), patienceMs);
    look();
    try {
      await parsed.promise;
    } finally {
      clearTimeout(patience);
      listening.dispose();
    }
  }

  return {
    rows: rowsOfScreen,
    cells,
    written: () => written,
    screen,
    coloured: () =>
      cells()
        .flat()
        .map(({ text, colour }) => (colour === undefined ? '' : text))
        .join(''),
    wraps: () => emulator.modes.wraparoundMode,
    isCursorSeen: () => isCursorSeen,
    type: (keys) => child.write(keys),
    resize(size) {
      emulator.resize(size.columns, size.rows);
      child.resize(size.columns, size.rows);
    },
    wipe: () => new Promise((resolve) => emulator.write('\x1b7\x1b[2J\x1b8', resolve)),
    shows: (wanted) => until(`waited for ${wanted}`, (text) => fits(text, wanted)),
    until: (what, holds) => until(`waited for ${what}`, (text) => holds(text.split('\n'))),
    ended,
    async close() {
      if (!isOver) child.kill('SIGKILL');
      await ended;
      emulator.dispose();
    },
  };
}

function fits(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}
