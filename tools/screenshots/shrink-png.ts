import { crc32, deflateSync, inflateSync } from 'node:zlib';

// A picture of a page has few colours. With a palette it takes about a third of the bytes.

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_COLOURS = 256;
/** Bits of each channel in which colours have to differ to count as two. */
const BITS = 5;

/** The same picture with at most 256 colours. It takes 8 bits a channel, with or without transparency, not interlaced: what a browser writes. */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, channels, data } = decode(png);
  const rows = unfilter(data, { width, height, channels });
  const colours = countColours(rows, channels);
  // Areas have few colours, which stay as they are; the shades at the edges of letters may lie next to each other.
  const alike = new Set<number>();
  const palette = colours
    .filter((colour) => !alike.has(coarse(colour)) && alike.add(coarse(colour)))
    .slice(0, MAX_COLOURS);
  const indexes = new Map(colours.map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colourAt(rows, (y * width + x) * channels);
      lines[y * (width + 1) + 1 + x] = indexes.get(colour) ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, which is a number in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The colours, the most frequent first. */
function countColours(rows: Buffer, channels: number): number[] {
  const counts = new Map<number, number>();
  for (let at = 0; at < rows.length; at += channels) {
    const colour = colourAt(rows, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Buffer;
}

function decode(png: Buffer): Decoded {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height, depth, kind, interlaced] = [
    png.readUInt32BE(16),
    png.readUInt32BE(20),
    png[24],
    png[25],
    png[28],
  ];
  if (depth !== 8 || (kind !== 2 && kind !== 6) || interlaced !== 0)
    throw new Error(
      `The picture has ${depth} bits, kind ${kind}, interlaced ${interlaced}: not what a browser writes.`,
    );
  return { width, height, channels: kind === 2 ? 3 : 4, data: inflateSync(Buffer.concat(parts)) };
}

/** Undoes the filters: each row says how its bytes differ from those to the left and above. */
function unfilter(data: Buffer, { width, height, channels }: Omit<Decoded, 'data'>): Buffer {
  const stride = width * channels;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (rows[y * stride + x - channels] ?? 0);
      const above = y === 0 ? 0 : (rows[(y - 1) * stride + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (rows[(y - 1) * stride + x - channels] ?? 0);
      const difference = data[y * (stride + 1) + 1 + x] ?? 0;
      rows[y * stride + x] = difference + predicted(filter, { left, above, corner });
    }
  }
  return rows;
}

function predicted(filter: number, { left, above, corner }: { left: number; above: number; corner: number }): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) return 0;
  const [toLeft, toAbove, toCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function colourAt(rows: Buffer, at: number): number {
  return ((rows[at] ?? 0) << 16) | ((rows[at + 1] ?? 0) << 8) | (rows[at + 2] ?? 0);
}

function coarse(colour: number): number {
  const drop = 8 - BITS;
  return ((colour >> (16 + drop)) << (2 * BITS)) | (((colour >> (8 + drop)) & 31) << BITS) | ((colour & 255) >> drop);
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [at, other] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, shift) => sum + (((other >> shift) & 255) - ((colour >> shift) & 255)) ** 2,
      0,
    );
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const made = Buffer.alloc(body.length + 8);
  made.writeUInt32BE(data.length, 0);
  body.copy(made, 4);
  made.writeUInt32BE(crc32(body), body.length + 4);
  return made;
}
