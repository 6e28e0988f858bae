import { edgeToEdge, type Line, lineWidth, span } from '../screen/line.ts';

/** Keys and what they do. A spare one is left out where there is no room. */
export type Keys = readonly (readonly [key: string, does: string, 'spare'?])[];

/** The last line: the keys, and on the right how much is seen. */
export function drawKeyLine(keys: Keys, seen: string, width: number): Line {
  const right = seen === '' ? [] : [span(seen, 'dim')];
  const all = drawKeys(keys);
  const fits = lineWidth(all) + lineWidth(right) < width;
  return edgeToEdge(fits ? all : drawKeys(keys.filter(([, , spare]) => !spare)), right, width);
}

function drawKeys(keys: Keys): Line {
  return keys.flatMap(([key, does], at) => [span(at === 0 ? key : `   ${key}`, 'title'), span(` ${does}`, 'dim')]);
}
