import { type Span, span } from '../screen/line.ts';

const BARS = '▁▂▃▄▅▆▇█';

/**
 * Numbers as a row of bars, of which the highest is the largest number. Heights grow with the square root: a few events are seen
 * beside many. Where there was nothing, the ground is seen.
 */
export function sparkline(numbers: readonly number[]): Span[] {
  const largest = Math.max(...numbers, 0);
  const spans: Span[] = [];
  for (const number of numbers) {
    const tone = number > 0 ? 'active' : 'dim';
    const last = spans.at(-1);
    if (last?.tone === tone) spans[spans.length - 1] = span(last.text + barOf(number, largest), tone);
    else spans.push(span(barOf(number, largest), tone));
  }
  return spans;
}

function barOf(number: number, largest: number): string {
  const height = largest > 0 ? Math.floor(Math.sqrt(Math.max(number, 0) / largest) * BARS.length) : 0;
  return BARS[Math.min(BARS.length - 1, height)] as string;
}
