/** What the user has chosen to see. */
export interface ViewState {
  /** The feed that the marker stands at. Undefined until a key has moved it: then the first one. */
  readonly chosen: string | undefined;
  /** The first row of the table that is seen. */
  readonly top: number;
  readonly isWorstFirst: boolean;
  /** Whether the chosen feed is seen by itself, and its first line that is seen. */
  readonly isOpen: boolean;
  readonly scroll: number;
}

export const START: ViewState = { chosen: undefined, top: 0, isWorstFirst: false, isOpen: false, scroll: 0 };

/** A key, as the view knows it. */
export type Key =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'open'
  | 'close'
  | 'order';

/** What the drawing has told about the size of what is seen. */
export interface Extent {
  /** The feeds in the order in which they are shown. */
  readonly feeds: readonly string[];
  /** Rows of the table that are seen at once. */
  readonly tableRows: number;
  /** Lines of the open feed, and how many of them are seen at once. */
  readonly detailLines: number;
  readonly detailRows: number;
}

/** What is seen after a key. */
export function press(view: ViewState, key: Key, extent: Extent): ViewState {
  if (key === 'order') return { ...view, isWorstFirst: !view.isWorstFirst, top: 0 };
  if (view.isOpen) return pressOpen(view, key, extent);
  if (key === 'open') return extent.feeds.length === 0 ? view : { ...view, ...choose(view, 0, extent), isOpen: true };
  return { ...view, ...choose(view, stepOf(key, extent.tableRows), extent) };
}

function pressOpen(view: ViewState, key: Key, extent: Extent): ViewState {
  if (key === 'close' || key === 'open') return { ...view, isOpen: false, scroll: 0 };
  if (key === 'left' || key === 'right') {
    return { ...view, ...choose(view, key === 'left' ? -1 : 1, extent), scroll: 0 };
  }
  const last = Math.max(0, extent.detailLines - extent.detailRows);
  const scroll = view.scroll + stepOf(key, extent.detailRows);
  return { ...view, scroll: Math.min(Math.max(scroll, 0), last) };
}

function stepOf(key: Key, page: number): number {
  const steps: Partial<Record<Key, number>> = {
    up: -1,
    down: 1,
    'page-up': -Math.max(1, page - 1),
    'page-down': Math.max(1, page - 1),
    first: Number.NEGATIVE_INFINITY,
    last: Number.POSITIVE_INFINITY,
  };
  return steps[key] ?? 0;
}

function choose(view: ViewState, step: number, { feeds }: Extent): Pick<ViewState, 'chosen'> {
  const at = Math.min(Math.max(chosenRow(view, feeds) + step, 0), feeds.length - 1);
  return { chosen: feeds[at] };
}

/** The row of the chosen feed. */
export function chosenRow({ chosen }: ViewState, feeds: readonly string[]): number {
  return Math.max(0, chosen === undefined ? 0 : feeds.indexOf(chosen));
}

/** The first row that is seen, so that the chosen one is among them and no row is left empty. */
export function topRow(top: number, chosen: number, rows: number, all: number): number {
  const seen = Math.min(Math.max(top, chosen - rows + 1), chosen);
  return Math.max(0, Math.min(seen, all - rows));
}
