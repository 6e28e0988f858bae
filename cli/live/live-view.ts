import type { Line, Size } from '../screen/line.ts';
import type { Play } from '../screen/stage.ts';
import { drawFeed } from './draw-feed.ts';
import { drawOverview } from './draw-overview.ts';
import type { LiveState } from './live-state.ts';
import { type Extent, type Key, press, START, type ViewState } from './view-state.ts';

const KEYS: Readonly<Record<string, Key>> = {
  upArrow: 'up',
  k: 'up',
  downArrow: 'down',
  j: 'down',
  leftArrow: 'left',
  h: 'left',
  rightArrow: 'right',
  l: 'right',
  pageUp: 'page-up',
  pageDown: 'page-down',
  ' ': 'page-down',
  home: 'first',
  g: 'first',
  end: 'last',
  G: 'last',
  return: 'open',
  escape: 'close',
  backspace: 'close',
  w: 'order',
};

/** What the live view can do with the program. */
export interface Controls {
  state(): LiveState;
  pause(): void;
  quit(): void;
}

/** The live view of `tidemark run`: all feeds, or one of them. */
export class LiveView implements Play {
  readonly title = 'the live view';
  readonly #controls: Controls;
  #view: ViewState = START;
  #extent: Extent = { feeds: [], tableRows: 0, detailLines: 0, detailRows: 0 };

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  draw(size: Size): readonly Line[] {
    const state = this.#controls.state();
    const { lines, feeds, tableRows, top } = drawOverview(state, this.#view, size);
    this.#view = { ...this.#view, top };
    this.#extent = { feeds, tableRows, detailLines: 0, detailRows: 0 };
    const chosen = state.statuses.find(({ feed }) => feed === this.#view.chosen);
    if (!this.#view.isOpen || !chosen) return lines;
    const { lines: whole, detailLines, detailRows } = drawFeed(state, chosen, this.#view.scroll, size);
    this.#extent = { feeds, tableRows, detailLines, detailRows };
    return whole;
  }

  onKey(key: string): void {
    if (key === 'q' || key === 'ctrl-c') this.#controls.quit();
    else if (key === 'p') this.#controls.pause();
    else if (Object.hasOwn(KEYS, key)) this.#view = press(this.#view, KEYS[key] as Key, this.#extent);
  }
}
