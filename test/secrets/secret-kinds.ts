import type { Source } from '../../functions/core/model.ts';
import { offeredBySources } from '../sources/offered.ts';

/** A kind of secret, with a simulated vendor that it opens. */
export interface SecretKind {
  readonly name: string;
  readonly source: Source;
  readonly streams: readonly string[];
  readonly value: Readonly<Record<string, string>>;
  /** Fields of the value that are no secret. */
  readonly open?: readonly string[];
  /** Fields of the value that never travel: requests are signed with them. */
  readonly unsent?: readonly string[];
  /** Whether the vendor gives out the token of a session for it. */
  readonly signsIn?: boolean;
  readonly settings?: object;
  /** The vendor's log has so many rows in the range (milliseconds). */
  start(rows: { from: number; to: number; count: number }): Promise<{
    origin: string;
    connection: Readonly<Record<string, unknown>>;
    stop(): Promise<void>;
  }>;
}

/** The kinds that vendors' tests offer: `kinds` of `test/sources/<vendor>/secret-kinds.ts`. */
export async function findSecretKinds(): Promise<SecretKind[]> {
  const modules = await offeredBySources<{ readonly kinds: readonly SecretKind[] }>('secret-kinds.ts');
  return modules.flatMap(({ kinds }) => kinds);
}
