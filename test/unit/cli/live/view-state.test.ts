import { describe, expect, test } from 'vitest';
import { chosenRow, type Key, press, START, topRow, type ViewState } from '../../../../cli/live/view-state.ts';

const feeds = Array.from({ length: 50 }, (_, at) => `feed-${at}`);
const extent = { feeds, tableRows: 10, detailLines: 30, detailRows: 20 };

/** What is seen after some keys. */
function seenAfter(keys: readonly Key[], from: ViewState = START): ViewState {
  return keys.reduce((view, key) => press(view, key, extent), from);
}

describe('the marker', () => {
  test.each([
    [['down', 'down', 'up'], 1],
    [['up'], 0],
    [['page-down', 'page-down', 'page-up'], 9],
    [['last'], 49],
    [['last', 'down'], 49],
    [['last', 'first'], 0],
  ] as const)('after %j is at row %i', (keys, row) => {
    expect(chosenRow(seenAfter(keys), feeds)).toBe(row);
  });

  test('stays at its feed when the order changes', () => {
    const view = seenAfter(['down', 'order']);

    expect(view).toMatchObject({ chosen: 'feed-1', isWorstFirst: true });
    expect(chosenRow(view, feeds.toReversed())).toBe(48);
  });

  test('is at the first row when its feed is gone', () => {
    expect(chosenRow({ ...START, chosen: 'gone' }, feeds)).toBe(0);
  });
});

describe('a feed by itself', () => {
  test('is opened, left for the next one, and closed', () => {
    expect(seenAfter(['open'])).toMatchObject({ isOpen: true, chosen: 'feed-0' });
    expect(seenAfter(['open', 'right', 'right', 'left'])).toMatchObject({ isOpen: true, chosen: 'feed-1' });
    expect(seenAfter(['open', 'down', 'close'])).toMatchObject({ isOpen: false, scroll: 0 });
    expect(press(START, 'open', { ...extent, feeds: [] }).isOpen).toBe(false);
  });

  test.each([
    [['down', 'down'], 2],
    [['last'], 10],
    [['page-down'], 10],
    [['last', 'up'], 9],
    [['down', 'right'], 0],
  ] as const)('after %j is scrolled to %i', (keys, scroll) => {
    expect(seenAfter(['open', ...keys]).scroll).toBe(scroll);
  });
});

test.each([
  // top, chosen row, rows, all
  [0, 0, 10, 50, 0],
  [0, 10, 10, 50, 1],
  [20, 5, 10, 50, 5],
  [45, 49, 10, 50, 40],
  [3, 3, 10, 5, 0],
])('from %i, with row %i chosen, %i of %i rows are seen from %i on', (top, chosen, rows, all, expected) => {
  expect(topRow(top, chosen, rows, all)).toBe(expected);
});
