import type { Answer, Connection, Request, Rotation, Source } from '../model.ts';
import type { Duration, Instant } from '../time.ts';
import type { AttemptNote, Notice, SecretState } from './secret-state.ts';

/** Inputs of a rotation. */
export interface RotationTask {
  readonly effects: RotationEffects;
  readonly source: Source;
  readonly rotation: Rotation;
  readonly connection: Connection;
}

/** The vendor's answer to the request for a new credential, without the credential itself: that stays in the shell. */
export interface Renewal {
  readonly status: number;
  /** Whether the shell holds a complete new credential. */
  readonly obtained: boolean;
  readonly validUntil?: Instant;
}

/** The effects of a rotation on the outside world. */
export interface RotationEffects {
  now(): Instant;
  random(): number;
  newId(): string;
  sleep(time: Duration): Promise<void>;
  remainingTime(): Duration;

  /** Reads the state of the secret. It may be a little old. */
  look(): Promise<SecretState>;
  /** Replaces the notice in the secret. */
  announce(notice: Notice): Promise<void>;
  /** Writes the note as a version with this id and labels it as pending. Repeating it changes nothing. `taken`: another note has this id. */
  note(version: string, note: AttemptNote): Promise<'written' | 'taken'>;
  /** Takes the pending label from this version. */
  takeBack(version: string): Promise<void>;
  /** Sends the vendor a harmless request. Throws NetworkError if no answer came. */
  ask(request: Request, timeout: Duration): Promise<Answer>;
  /** Asks the vendor for a new credential, only once. Throws if no complete answer came. */
  renew(timeout: Duration): Promise<Renewal>;
  /** Makes the new credential the current version with this id; the same write ends the attempt. Repeating it changes nothing. */
  store(version: string, timeout: Duration): Promise<void>;

  log(level: 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
}
