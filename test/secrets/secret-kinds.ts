import { createHash } from 'node:crypto';
import type { Source } from '../../functions/core/model.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { findSimulator } from '../../simulators/find-simulator.ts';
import { offeredBy } from '../sources/offered.ts';

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

/** Of each source, the kinds that its tests offer: `kinds` of `test/sources/<vendor>/secret-kinds.ts`; else the one of its simulator. */
export async function findSecretKinds(): Promise<SecretKind[]> {
  const all = await Promise.all(
    (await findSources()).map(async (source) => {
      const offered = await offeredBy<{ readonly kinds: readonly SecretKind[] }>(source.id, 'secret-kinds.ts');
      return offered?.kinds ?? [await usualKind(source)];
    }),
  );
  return all.flat();
}

/** The credentials of the simulator's own demo, made up so that no part of one is in another, or in anything else. */
async function usualKind(source: Source): Promise<SecretKind> {
  const { id, auth, streams } = source;
  const simulator = await findSimulator(id);
  if (!simulator)
    throw new Error(`Nothing proves that the secrets of ${id} are masked: write simulators/${id}/simulator.ts.`);
  const { hurried, connection, ownCredentials } = simulator.demo;
  const own = ownCredentials((name) => `+/${createHash('sha256').update(`${id} ${name}`).digest('base64')}`);
  return {
    name: id,
    source,
    streams: streams.filter(({ enabled }) => enabled).map(({ name }) => name),
    value: own.secretValue,
    open: auth.notHidden ?? [],
    unsent: auth.kind === 'headers-hmac' ? [auth.key] : [],
    signsIn: auth.kind === 'session' || auth.kind === 'oauth2-client-credentials',
    settings: { ...(connection.settings as object | undefined), ...hurried?.settings },
    start: (rows) => simulator.start({ ...hurried?.options, ...own.options, ...rows }),
  };
}
