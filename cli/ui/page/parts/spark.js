import { html } from '../html.js';

const [WIDTH, HEIGHT] = [84, 20];

/**
 * The pace of the last minutes as a small line. It is decoration: the number stands beside it.
 *
 * @param {{ values: readonly number[] }} props
 */
export function Spark({ values }) {
  const most = Math.max(...values, 0);
  if (values.length < 2) return html``;
  const step = WIDTH / (values.length - 1);
  const points = values.map((value, at) => {
    const height = most === 0 ? 0 : (value / most) * (HEIGHT - 3);
    return `${(at * step).toFixed(1)},${(HEIGHT - 1.5 - height).toFixed(1)}`;
  });
  return html`<svg class=${`spark ${most === 0 ? 'flat' : ''}`} width=${WIDTH} height=${HEIGHT} viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
    <polyline points=${points.join(' ')} />
  </svg>`;
}
