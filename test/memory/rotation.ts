import { NetworkError } from '../../functions/core/errors.ts';
import type { Answer, Connection, Rotation, Source } from '../../functions/core/model.ts';
import { rotate } from '../../functions/core/rotation/rotate.ts';
import type { RotationReport } from '../../functions/core/rotation/rotation-report.ts';
import type { Renewal, RotationEffects } from '../../functions/core/rotation/rotation-task.ts';
import type { AttemptNote, Notice, SecretState } from '../../functions/core/rotation/secret-state.ts';
import { DAY, type Duration, type Instant, MINUTE, parseInstant } from '../../functions/core/time.ts';
import { memorySource } from './source.ts';

// A secret, a vendor and a clock in memory, to test the decisions about rotation.

/** A vendor that exchanges a token for a new one, which lives for two years. */
const ROTATION: Rotation = {
  every: 180 * DAY,
  oldLives: 14 * DAY,
  rehearsal: { url: '/me' },
  request: { url: '/tokens' },
  fields: { token: 'token' },
  validUntil: 'validUntil',
  refusals: {
    401: { why: 'it refuses the token' },
    403: { why: 'it does not let this token make another one' },
    409: { why: 'more than one token is active', dying: true },
  },
  remedy: 'Revoke the tokens that nobody uses and make a new one',
};
const TOKEN_LIVES: Duration = 730 * DAY;

/** Thrown where a process dies. */
export class Died extends Error {}

interface Version {
  readonly id: string;
  readonly createdAt: Instant;
  readonly token?: string;
  readonly validUntil?: Instant;
  readonly note?: AttemptNote;
  readonly notice?: Notice;
  labels: string[];
}

/** How the vendor answers a request for a new token; every field is a deviation. */
export interface VendorAnswer {
  readonly status?: number;
  /** Whether it makes a token. */
  readonly makes?: boolean;
  /** The status is good, but the answer holds no token. */
  readonly unreadable?: true;
  /** No answer arrives. */
  readonly lost?: true;
}

export class RotationWorld {
  now = parseInstant('2026-01-10T06:00:00Z') as Instant;
  versions: Version[] = [];
  /** The expiry of each token at the vendor. */
  readonly tokens = new Map<string, Instant>([['first', this.now + TOKEN_LIVES]]);
  asked = 0;
  answers: VendorAnswer[] = [];
  rehearsal: () => Promise<Answer> = async () => ({ status: 200, headers: {}, text: '{}' });
  remaining: Duration = 5 * MINUTE;
  /** Called before and after each effect with its name and number. If it throws, the effect throws. */
  hook: (call: { name: string; number: number; when: 'before' | 'after' }) => void = () => undefined;
  /** Number of the next looks that return an old result. */
  staleLooks = 0;
  readonly logged: string[] = [];
  effects = 0;
  #ids = 0;
  #lastLook: SecretState | undefined;
  #inHand: { token: string; validUntil: Instant } | undefined;
  readonly #source: Source;
  readonly #rotation: Rotation;
  readonly #connection: Connection;

  /** A credential of this age, of a source that exchanges it. */
  constructor(age: Duration = 0, source: Source = { ...memorySource([]), rotation: ROTATION }) {
    this.#source = source;
    this.#rotation = source.rotation ?? ROTATION;
    const [origin, secret] = ['https://vendor.example', `tidemark/${source.id}/acme`];
    this.#connection = { id: 'acme', source: source.id, origin, secret, settings: {} };
    this.put({ id: 'v-first', createdAt: this.now - age, token: 'first', labels: [] }, ['AWSCURRENT']);
  }

  get current(): Version {
    return this.labelled('AWSCURRENT') as Version;
  }

  labelled(label: string): Version | undefined {
    return this.versions.find(({ labels }) => labels.includes(label));
  }

  put(version: Version, labels: readonly string[]): void {
    for (const other of this.versions) other.labels = other.labels.filter((label) => !labels.includes(label));
    this.versions.push({ ...version, labels: [...labels] });
  }

  /** A person revokes all tokens, creates a new one at the vendor and stores it. */
  setSecret(token: string): void {
    this.tokens.clear();
    this.tokens.set(token, this.now + TOKEN_LIVES);
    this.put({ id: `v-${token}`, createdAt: this.now, token, labels: [] }, ['AWSCURRENT']);
  }

  /** Another invocation, at the same time as others are. */
  async invoke(): Promise<RotationReport> {
    return await rotate({
      effects: this.#effects(),
      source: this.#source,
      rotation: this.#rotation,
      connection: this.#connection,
    });
  }

  /** Invocations day by day, from tomorrow on; returns the last report. */
  async days(count: number): Promise<RotationReport> {
    let last: RotationReport | undefined;
    for (let day = 0; day < count; day++) {
      this.now += DAY;
      last = await this.invoke();
    }
    return last as RotationReport;
  }

  #effects(): RotationEffects {
    /** Runs an effect, with a chance for faults before and after it. */
    const doing = async <T>(name: string, act: () => T | Promise<T>): Promise<T> => {
      const number = ++this.effects;
      this.hook({ name, number, when: 'before' });
      const result = await act();
      this.hook({ name, number, when: 'after' });
      return result;
    };
    return {
      now: () => this.now,
      random: () => 0.5,
      newId: () => `attempt-${++this.#ids}`,
      sleep: async (time) => {
        this.now += time;
        this.remaining -= time;
      },
      remainingTime: () => this.remaining,
      look: () =>
        doing('look', () => {
          if (!this.#lastLook || this.staleLooks-- <= 0) this.#lastLook = this.#look();
          return this.#lastLook;
        }),
      announce: (notice) =>
        doing('announce', () =>
          this.put({ id: `notice-${++this.#ids}`, createdAt: this.now, notice, labels: [] }, ['TIDEMARK_DUE']),
        ),
      note: (id, note) =>
        doing('note', () => {
          const known = this.versions.find((version) => version.id === id);
          if (known) return JSON.stringify(known.note) === JSON.stringify(note) ? 'written' : 'taken';
          this.put({ id, createdAt: this.now, note, labels: [] }, ['AWSPENDING']);
          return 'written';
        }),
      takeBack: (id) =>
        doing('takeBack', () => {
          const pending = this.labelled('AWSPENDING');
          if (pending?.id !== id) throw new Error('the label is elsewhere');
          pending.labels = pending.labels.filter((label) => label !== 'AWSPENDING');
        }),
      ask: () => doing('ask', () => this.rehearsal()),
      renew: () => doing('renew', () => this.#renew()),
      store: (id) =>
        doing('store', () => {
          if (this.versions.some((version) => version.id === id)) return;
          const inHand = this.#inHand;
          if (!inHand) throw new Error('nothing to store');
          this.put({ id, createdAt: this.now, ...inHand, labels: [] }, ['AWSCURRENT', 'AWSPENDING']);
        }),
      log: (_, message) => void this.logged.push(message),
    };
  }

  #look(): SecretState {
    const { id, createdAt, validUntil } = this.current;
    const pending = this.labelled('AWSPENDING');
    const notice = this.labelled('TIDEMARK_DUE')?.notice;
    const { note } = pending ?? {};
    return {
      current: { version: id, createdAt, ...(validUntil !== undefined && { validUntil }) },
      ...(pending &&
        pending.id !== id && { pending: { version: pending.id, since: pending.createdAt, ...(note && { note }) } }),
      ...(notice && { notice }),
    };
  }

  /** Exchanges the token as the vendor does, unless a test has set an answer: only one may be active, and the old one lives on for a while. */
  #renew(): Renewal {
    this.asked++;
    const active = [...this.tokens].filter(([, end]) => end > this.now);
    const { status = active.length > 1 ? 409 : 201, makes, unreadable, lost } = this.answers.shift() ?? {};
    const isMade = makes ?? status === 201;
    const validUntil = this.now + TOKEN_LIVES;
    if (isMade) {
      for (const [token, end] of active) this.tokens.set(token, Math.min(end, this.now + this.#rotation.oldLives));
      this.tokens.set(`made-${this.asked}`, validUntil);
    }
    if (lost) throw new NetworkError('socket hang up');
    if (status !== 201 || unreadable) return { status, obtained: false };
    this.#inHand = { token: `made-${this.asked}`, validUntil };
    return { status, obtained: true, validUntil };
  }
}
