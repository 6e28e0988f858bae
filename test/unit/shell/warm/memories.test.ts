import { describe, expect, test } from 'vitest';
import { type FeedCheckpoint, firstCheckpoint } from '../../../../functions/core/stored/checkpoint.ts';
import { SECRET_AGE_MS, SecretMemory } from '../../../../functions/shell/auth/secret-memory.ts';
import { CheckpointMemory } from '../../../../functions/shell/warm/checkpoint-memory.ts';

const SECRET = { version: 'v1', fields: { key: 'EXAMPLE-key-9d1c' } };
const NOW = Date.parse('2026-03-02T12:00:00Z');

describe('the memory for secrets', () => {
  test.each([
    ['at once', 0, SECRET],
    ['until its age', SECRET_AGE_MS - 1, SECRET],
    ['not from its age on', SECRET_AGE_MS, undefined],
    ['not when the clock was set back', -1, undefined],
  ])('returns one %s', (_, later, expected) => {
    const memory = new SecretMemory();
    memory.keep('a', SECRET, NOW);

    expect(memory.take('a', NOW + later)).toBe(expected);
    expect(memory.take('b', NOW)).toBeUndefined();
  });

  test('keeps none without a version, and not the one before it either', () => {
    const memory = new SecretMemory();
    memory.keep('a', SECRET, NOW);
    memory.keep('a', { ...SECRET, version: '' }, NOW);

    expect(memory.take('a', NOW)).toBeUndefined();
  });

  test('forgets the one that was read longest ago when there are very many', () => {
    const memory = new SecretMemory();
    for (let at = 0; at < 150; at++) memory.keep(`s${at}`, SECRET, NOW);

    expect(memory.take('s0', NOW)).toBeUndefined();
    expect(memory.take('s50', NOW)).toBe(SECRET);
    expect(memory.take('s149', NOW)).toBe(SECRET);
  });
});

describe('the memory for checkpoints', () => {
  const ITEM: FeedCheckpoint = { kind: 'feed', ...firstCheckpoint(1, ['lake']) };

  test('keeps the latest of a feed, unless somebody holds its lease', () => {
    const memory = new CheckpointMemory();
    const newer = { ...ITEM, version: 2 };
    memory.keep('a', ITEM);
    memory.keep('a', newer);
    memory.keep('b', ITEM);
    memory.keep('b', { ...ITEM, owner: 'us' });

    expect(memory.recall('a')).toBe(newer);
    expect(memory.recall('b')).toBeUndefined();
  });

  test('is bounded, whatever a vendor puts into an error', () => {
    const memory = new CheckpointMemory();
    memory.keep('large', { ...ITEM, lastError: { code: 'failing', message: 'x'.repeat(30_000), at: 1 } });
    for (let at = 0; at < 600; at++) memory.keep(`f${at}`, ITEM);

    expect(memory.recall('large')).toBeUndefined();
    expect(memory.recall('f99')).toBeUndefined();
    expect(memory.recall('f100')).toBe(ITEM);
  });

  test('keeps delivered events beside it, and forgets them with it', () => {
    const memory = new CheckpointMemory();
    const seen = { size: 3 };
    memory.keepSeen('a', seen);
    expect(memory.recallSeen('a')).toBeUndefined();
    memory.keep('a', ITEM);
    memory.keepSeen('a', seen);
    expect(memory.recallSeen('a')).toBe(seen);

    memory.keep('a', { ...ITEM, version: 2 });

    expect(memory.recallSeen('a')).toBeUndefined();
  });

  test('keeps so many delivered events of all feeds together, those of the latest runs', () => {
    const memory = new CheckpointMemory(10);
    for (const key of ['a', 'b', 'c']) {
      memory.keep(key, ITEM);
      memory.keepSeen(key, { size: 4 });
    }
    memory.keep('d', ITEM);
    memory.keepSeen('d', { size: 11 });

    expect(['a', 'b', 'c', 'd'].map((key) => memory.recallSeen(key)?.size)).toEqual([undefined, 4, 4, undefined]);
    expect(memory.recall('a')).toBe(ITEM);
  });
});
