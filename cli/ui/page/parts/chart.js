import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { html } from '../html.js';
import { minuteText } from '../text.js';
import { THEME_CHANGED } from './theme-switch.js';

/** @typedef {import('../../api-types.ts').Chart} ChartData */

const HEIGHT = 190;
const FEWEST_POINTS = 24;
const SMALL_FONT = '11px system-ui, sans-serif';

/** A colour of the style sheet as the canvas takes it: its name alone would say both, the light one and the dark one. @param {string} name */
function colour(name) {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The colour of a line. @param {number} at */
export function lineColour(at) {
  return `var(--line-${(at % 8) + 1})`;
}

/**
 * Lines over time, with a legend that shows the values under the pointer. A screen reader gets the last values as text.
 *
 * @param {{ title: string, unit: string, data: ChartData, format: (value: number) => string, steps?: number[], filled?: boolean }} props
 */
export function Chart({ title, unit, data: given, format, steps, filled = false }) {
  const data = useMemo(() => fromFirst(given), [given]);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined));
  const [theme, setTheme] = useState(0);
  const [pointed, setPointed] = useState(/** @type {number | null} */ (null));
  const wide = isWide(data);
  const labels = data.series.map(({ label }) => label).join('\n');
  useEffect(() => {
    const change = () => setTheme((count) => count + 1);
    addEventListener(THEME_CHANGED, change);
    return () => removeEventListener(THEME_CHANGED, change);
  }, []);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const made = new uPlot(
      optionsOf(element, data, { wide, format, steps, filled, onPoint: setPointed }),
      rowsOf(data),
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: HEIGHT });
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [labels, theme, format, filled, wide]);
  useEffect(() => plot.current?.setData(rowsOf(data)), [data]);
  const at = pointed ?? data.times.length - 1;
  const summary = data.series.map(({ label, values }) => `${label} ${sayValue(values[at], format)}`).join(', ');
  return html`<figure class="chart">
    <figcaption>
      <h2>${title} <small>${unit}${wide ? ', logarithmic' : ''}</small></h2>
      <time class=${pointed === null ? 'hushed' : ''}>${pointed === null ? 'now' : minuteText(new Date((data.times[at] ?? 0) * 1_000).toISOString())}</time>
    </figcaption>
    <div class="plot" ref=${place} role="img" aria-label=${`${title}, ${unit}. Now: ${summary || 'nothing'}`}></div>
    <ul class="legend">
      ${data.series.map(
        ({ label, values }, index) => html`<li key=${label}>
          <i style=${{ background: lineColour(index) }} aria-hidden="true"></i><span>${label}</span><b>${sayValue(values[at], format)}</b>
        </li>`,
      )}
    </ul>
  </figure>`;
}

/**
 * Without the time before there was anything, as far as some minutes are left.
 *
 * @param {ChartData} data
 * @returns {ChartData}
 */
function fromFirst({ times, series }) {
  const first = times.findIndex((_, at) => series.some(({ values }) => values[at] !== null));
  const latest = times.length - FEWEST_POINTS;
  const from = Math.max(0, first < 0 ? latest : Math.min(first, latest));
  return {
    times: times.slice(from),
    series: series.map(({ label, values }) => ({ label, values: values.slice(from) })),
  };
}

/** @param {number | null | undefined} value @param {(value: number) => string} format */
function sayValue(value, format) {
  return value === null || value === undefined ? '–' : format(value);
}

/** @param {ChartData} data @returns {uPlot.AlignedData} */
function rowsOf({ times, series }) {
  return [[...times], ...series.map(({ values }) => [...values])];
}

/**
 * @param {HTMLElement} element
 * @param {ChartData} data
 * @param {{ wide: boolean, format: (value: number) => string, steps: number[] | undefined, filled: boolean, onPoint: (at: number | null) => void }} look
 * @returns {uPlot.Options}
 */
function optionsOf(element, { series }, { wide, format, steps, filled, onPoint }) {
  const [ink, grid] = [colour('--ink-2'), colour('--rule')];
  /** @type {uPlot.Axis} */
  const axis = { stroke: ink, font: SMALL_FONT, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width: Math.max(120, element.clientWidth),
    height: HEIGHT,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    // A backlog may be a thousand times what comes otherwise: then small values get as much room as large ones.
    scales: { y: { range: (_, __, most) => [0, niceTop(most)], ...(wide && { distr: SYMMETRIC_LOGARITHM }) } },
    axes: [
      { ...axis, grid: { show: false }, space: 64, size: 28, values: TIMES },
      {
        ...axis,
        ...(wide ? { splits: sparse(steps !== undefined), filter: ALL } : steps && { incrs: steps }),
        size: 68,
        space: 36,
        gap: 8,
        values: (_, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [
      {},
      ...series.map((_, at) => {
        const stroke = colour(`--line-${(at % 8) + 1}`);
        return {
          stroke,
          width: 1.75,
          spanGaps: true,
          points: { show: false },
          ...(filled && { fill: stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)') }),
        };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** Times of the day with 24 hours, with the day where it changes. @type {uPlot.Axis.Values} */
const TIMES = [
  [3_600 * 24, '{MM}-{DD}', null, null, null, null, null, null, 1],
  [3_600, '{HH}:{mm}', '\n{MM}-{DD}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
];

/** uPlot’s number for a scale that is even near zero and logarithmic beyond. */
const SYMMETRIC_LOGARITHM = 4;
const MUCH_MORE = 50;

/** Whether the largest value would press all others flat. @param {ChartData} data */
function isWide({ series }) {
  const values = series.flatMap((each) => each.values.filter((value) => value !== null && value > 0));
  const sorted = values.toSorted((one, other) => (one ?? 0) - (other ?? 0));
  const [middle, most] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  return sorted.length > 1 && most > MUCH_MORE * Math.max(1, middle);
}

/** A logarithmic axis would leave values out by itself. @type {uPlot.Axis.Filter} */
const ALL = (_, splits) => splits;
/** Lengths of time in seconds that lie far apart. */
const SPARSE_DURATIONS = [10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000];
const MAX_SPARSE = 5;

/** Zero, and few values that lie far apart, up to the top: lengths of time, or powers of ten. @param {boolean} isTime @returns {uPlot.Axis.Splits} */
function sparse(isTime) {
  return (_, __, ___, most) => {
    const powers = Array.from({ length: Math.max(1, Math.ceil(Math.log10(most))) }, (_, power) => 10 ** power);
    const there = (isTime ? SPARSE_DURATIONS : powers).filter((value) => value <= most);
    return [0, ...(there.length > MAX_SPARSE ? there.filter((_, at) => at % 2 === 1) : there)];
  };
}

/** A little above the largest value; never nothing, so that zero lies at the bottom. @param {number | null} most */
function niceTop(most) {
  return most === null || most <= 0 ? 1 : most * 1.12;
}
