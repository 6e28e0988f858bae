import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionState } from '../../../functions/core/stored/connection-state.ts';
import { SECOND } from '../../../functions/core/time.ts';
import { loadCheckpoint, writeCheckpoint } from '../../../functions/shell/table/checkpoints.ts';
import { loadConnection, writeConnection } from '../../../functions/shell/table/connection-states.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';

afterEach(() => void vi.restoreAllMocks());

const table = new TableClient('tidemark', 8);

/** What comes back of a state that was written into the one item of a table. */
async function throughTheTable(state: ConnectionState): Promise<{ back: ConnectionState | undefined; stored: string }> {
  let item: Record<string, { S?: string }> | undefined;
  vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async (command) => {
    const { Item } = command.input as unknown as { Item?: typeof item };
    if (Item) item = Item;
    return { Item: item };
  });
  await writeConnection(table, 'memory/@connection/acme', state, state.version - 1);
  return { back: await loadConnection(table, 'memory/@connection/acme'), stored: item?.state?.S ?? '' };
}

const AT = Date.UTC(2026, 2, 2, 12) * 1_000;

describe('what is known of a connection', () => {
  test('comes back from the table as it was', async () => {
    const state: ConnectionState = {
      version: 7,
      refusals: 2,
      secretVersion: 'v1',
      signIn: 'refused',
      notBefore: AT + 1,
      message: 'no, and “no” again',
      signIns: [1_772_452_800, 1_772_452_801, 1_772_452_801],
      signingIn: { owner: 'worker', at: AT + 2, secretVersion: 'v1', untold: 1 },
      clockOffset: -45,
      found: { customer: { at: AT, secretVersion: 'v1', json: '"c-1"' }, names: { at: AT - 1, secretVersion: 'v1' } },
      visibility: { at: AT, secretVersion: 'v1', seen: ['a'] },
    };

    const { back, stored } = await throughTheTable(state);

    expect(back).toEqual(state);
    // A person who looks at the item can read the times.
    expect(stored).toContain('"notBefore":"2026-03-02T12:00:00.000001Z"');
  });

  test('keeps what lookups have found to the letter, whatever its keys are', async () => {
    const key = fc.constantFrom(
      'at',
      'from',
      'to',
      'until',
      'floor',
      'proven',
      'vendorNow',
      'notBefore',
      '__proto__',
      'x',
    );
    const leaf = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom<unknown>(
        null,
        true,
        1e300,
        AT,
        AT + 0.5,
        -1,
        '2026-03-02T12:00:00Z',
        '2026-03-02T12:00:00.5+01:00',
      ),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, value, { maxKeys: 3 }), async (values) => {
        const found = Object.fromEntries(
          Object.entries(values).map(([name, one]) => [
            name,
            { at: AT, secretVersion: 'v1', json: JSON.stringify(one) },
          ]),
        );

        const { back } = await throughTheTable({ version: 1, refusals: 0, found });

        for (const [name, { json }] of Object.entries(found)) {
          expect(back?.found?.[name]).toEqual({ at: AT, secretVersion: 'v1', json });
        }
      }),
    );
  });

  test('keeps claims on sign-ins, too', async () => {
    let item: unknown;
    vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async (command) => {
      item = (command.input as unknown as { Item?: unknown }).Item ?? item;
      return { Item: item } as never;
    });
    const claims = { '1772452800.0': '0011223344556677', '1772452800.1': '8899aabbccddeeff' };
    const checkpoint = {
      kind: 'feed' as const,
      fence: 1,
      version: 1,
      watermark: AT,
      floor: AT - SECOND,
      scope: '',
      destinations: {},
      failures: 0,
    };

    await writeCheckpoint(table, 'memory/events/acme', { ...checkpoint, claims });

    expect(await loadCheckpoint(table, 'memory/events/acme')).toEqual({ ...checkpoint, claims });
  });
});
