// Numbers and times as people read them.

const NUMBER = new Intl.NumberFormat('en-US');
const SMALL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** @param {number} number */
export function numberText(number) {
  return NUMBER.format(Math.round(number));
}

/** A number with one digit after the point where it is small. @param {number} number */
export function paceText(number) {
  return Math.abs(number) < 10 ? SMALL.format(number) : numberText(number);
}

/**
 * A length of time: `14 s`, `3 min 20 s`, `1 d 4 h`.
 *
 * @param {number} seconds
 */
export function durationText(seconds) {
  const whole = Math.round(Math.abs(seconds));
  /** @type {[string, number][]} */
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, length]) => whole >= length);
  if (first < 0) return '0 s';
  let left = whole;
  const parts = units.slice(first, first + 2).map(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? '' : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/**
 * How far a feed is behind.
 *
 * @param {number | undefined} seconds
 */
export function lagText(seconds) {
  if (seconds === undefined) return '–';
  return seconds < 0 ? `${durationText(seconds)} ahead` : durationText(seconds);
}

/** @param {string | undefined} time @param {string} now */
export function agoText(time, now) {
  if (time === undefined) return '–';
  const seconds = (Date.parse(now) - Date.parse(time)) / 1_000;
  if (Number.isNaN(seconds)) return time;
  if (seconds < 1) return 'now';
  return `${durationText(seconds)} ago`;
}

/** A time of this machine’s zone, to the second. @param {string | undefined} time */
export function timeText(time) {
  if (time === undefined) return '–';
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const pad = (/** @type {number} */ part) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The same without the seconds. @param {string} time */
export function minuteText(time) {
  return timeText(time).slice(0, 16);
}

/** @param {number} bytes */
export function bytesText(bytes) {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_024 * 1_024) return `${SMALL.format(bytes / 1_024)} KiB`;
  return `${SMALL.format(bytes / 1_024 / 1_024)} MiB`;
}

/** The parts of a feed’s name. @param {string} feed */
export function partsOf(feed) {
  const [source = '', stream = '', ...rest] = feed.split('/');
  return { source, stream, connection: rest.join('/') };
}

/** `1 feed`, `2 feeds`. @param {number} count @param {string} one @param {string} [many] */
export function countText(count, one, many = `${one}s`) {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}
