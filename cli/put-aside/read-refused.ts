import { gunzipSync } from 'node:zlib';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';

/** Records as they were sent, and why the destination did not take them. */
export interface Refused {
  readonly records: readonly Uint8Array[];
  readonly reasons: ReadonlyMap<string, number>;
}

/** Firehose writes a line of JSON for each record, with its bytes in base64 beside the reason. */
export function readRefused(bytes: Uint8Array, fields: RefusedRecords): Refused {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = Buffer.from(isPacked ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const reasons = new Map<string, number>();
  const records = lines.map((line, at) => {
    const { data, reason } = lineOf(line, at, fields);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return data;
  });
  return { records, reasons };
}

function lineOf(line: string, at: number, fields: RefusedRecords): { data: Uint8Array; reason: string } {
  const { data, reason } = parsedFields(line, fields) ?? foundFields(line, fields);
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4 !== 0) {
    throw new TidemarkError({
      code: 'unreadable',
      stage: 'processing',
      message: `Line ${at + 1} is not what Firehose writes of a record that was refused: it has no ${fields.data} in base64.`,
      remedy: 'Look at the object; it stays where it is.',
    });
  }
  return { data: Buffer.from(data, 'base64'), reason: typeof reason === 'string' ? reason : 'no reason given' };
}

interface Fields {
  readonly data: unknown;
  readonly reason: unknown;
}

function parsedFields(line: string, fields: RefusedRecords): Fields | undefined {
  try {
    const parsed = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
    return { data: parsed?.[fields.data], reason: parsed?.[fields.reason] };
  } catch {
    return undefined;
  }
}

/**
 * AWS's own example of a record that an endpoint refused is no JSON: it quotes the endpoint's answer as it came. The reason comes
 * before that answer, and the record after it.
 */
function foundFields(line: string, fields: RefusedRecords): Fields {
  const all = (name: string) =>
    [...line.matchAll(new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`, 'g'))].map(([, value]) => value);
  return { data: all(fields.data).at(-1), reason: all(fields.reason)[0] };
}
