import type { Effects } from '../effects.ts';
import { asTidemarkError, type ErrorCode, OutOfTimeError, PauseError, TidemarkError } from '../errors.ts';
import type { AnyFeed, Connection, Source } from '../model.ts';
import type { Access } from '../requests/access/access.ts';
import { openAccess } from '../requests/access/open-access.ts';
import type { Asker } from '../requests/ask.ts';
import { lookUp } from '../requests/lookups.ts';
import { Pacer } from '../requests/pacer.ts';
import { Endpoint } from '../requests/pause.ts';
import { ConnectionStore } from '../state/connection-store.ts';
import { type Instant, SECOND } from '../time.ts';
import { examineFeed } from './examine-feed.ts';
import { commonCause, type Failure, isOfAll } from './failures.ts';
import { type ConnectionCheck, type Finding, well } from './finding.ts';
import { HeardClock } from './heard-clock.ts';
import { lastRun, missing } from './last-run.ts';
import { quotaFinding } from './quota.ts';
import { examineVisibility } from './sight.ts';

/** One more attempt than one: a passing fault of the vendor is no finding. */
const PATIENCE = { attempts: 2, timeout: 10 * SECOND } as const;
/** Share of the invocation's time that is left for the answer. */
const RESERVE_SHARE = 0.1;

/** Inputs of an examination. */
export interface ExaminationInput {
  readonly effects: Effects;
  readonly source: Source;
  readonly connection: Connection;
  readonly feeds: readonly AnyFeed[];
  readonly owner: string;
  /** Signs in although the vendor has refused the same credentials lately. */
  readonly signInAgain: boolean;
  /** Whether the services run on this machine: then their clocks prove nothing about its own. */
  readonly servicesShareClock: boolean;
}

/**
 * Finds out why nothing arrives from a connection: asks for a little of each feed, and reads the feeds' checkpoints. It delivers
 * nothing and moves no watermark. A cause is reported once, with the checks that wait for it.
 */
export async function examineConnection(input: ExaminationInput): Promise<readonly Finding[]> {
  const examination = new Examination(input);
  try {
    await examination.askVendor();
    await examination.readCheckpoints();
  } catch (thrown) {
    examination.stop('state', asTidemarkError(thrown));
  }
  return examination.findings;
}

/** The checks of a connection, in the order in which one fails because of another. */
const CHECKS = ['state', 'secret', 'reachable', 'clock', 'sign-in', 'quota', 'visibility'] as const;

class Examination {
  findings: Finding[] = [];
  readonly #input: ExaminationInput;
  readonly #subject: string;
  readonly #clock: HeardClock;
  readonly #pacer = new Pacer();
  /** The feeds for which the vendor has answered. */
  readonly #answered = new Set<AnyFeed>();
  readonly #failures: Failure[] = [];
  #isSignedIn = false;
  #seesAll = false;

  constructor(input: ExaminationInput) {
    this.#input = input;
    this.#subject = `${input.source.id}/${input.connection.id}`;
    this.#clock = new HeardClock(input.effects, input.servicesShareClock);
  }

  /** Ends the checks that have not been made: all of them wait for this one. */
  stop(check: ConnectionCheck, error: TidemarkError | PauseError): void {
    const { source, feeds } = this.#input;
    // The table can answer once and then fail, or hold what cannot be read.
    this.findings = this.findings.filter((finding) => finding.check !== check || finding.subject !== this.#subject);
    const isClock = check === 'sign-in' && this.#clock.explainsRefusal(source.auth);
    this.#noteKnown(check, isClock);
    const others = this.#failures.filter((failure) => failure.error.code !== codeOf(error));
    this.#noteFailures(others);
    const known = new Set(this.findings.map((finding) => finding.check));
    const rest = CHECKS.filter((name) => name !== check && !known.has(name) && this.#isMade(name));
    // What a permission lacks is said of each stream; of all others it is not known yet what they would answer.
    const told = new Set(check === 'answers' ? feeds : others.map(({ feed }) => feed));
    const unasked = feeds.filter((feed) => !this.#answered.has(feed) && !told.has(feed));
    const waiting = [...(isClock ? [check] : []), ...rest, ...unasked.map(({ stream }) => stream.name)];
    if (isClock) {
      const withWaiting = (finding: Finding) => (finding.check === 'clock' ? { ...finding, waiting } : finding);
      this.findings = this.findings.map(withWaiting);
    } else if (error instanceof PauseError) {
      this.findings.push({ ...quotaFinding(this.#subject, this.#pacer, error), waiting });
    } else {
      const { message: found, remedy } = error;
      this.findings.push({ subject: this.#subject, check, ok: false, found, remedy, waiting });
    }
  }

  /** Asks the vendor, until it is known that nothing more is to be had. */
  async askVendor(): Promise<void> {
    const { effects, source } = this.#input;
    const store = await ConnectionStore.open(effects);
    this.findings.push(well(this.#subject, 'state', 'the table answers'));
    const secretVersion = await this.#secret();
    if (secretVersion === undefined) return;
    const asker = await this.#signIn(store, secretVersion);
    if (!asker) return;
    const known = await this.#lookUp(store, secretVersion, asker);
    if (!known) return;
    if (!(await this.#askFeeds(asker, known))) return;
    this.#noteFailures(this.#failures);
    this.#noteKnown();
    await this.#lookAround(source, known, store, asker);
  }

  /** Reads what the last runs have left. */
  async readCheckpoints(): Promise<void> {
    const { feeds } = this.#input;
    for (const [at, feed] of feeds.entries()) {
      try {
        await this.#readCheckpoint(feed);
      } catch (thrown) {
        const { message: found, remedy } = asTidemarkError(thrown);
        const waiting = feeds.slice(at + 1).map(({ stream }) => stream.name);
        this.findings.push({ subject: feed.name, check: 'state', ok: false, found, remedy, waiting });
        return;
      }
    }
  }

  async #readCheckpoint(feed: AnyFeed): Promise<void> {
    const { effects } = this.#input;
    const item = await effects.load(feed.name);
    const isRed = this.findings.some(({ ok, subject }) => !ok && (subject === feed.name || subject === this.#subject));
    // What the last run failed of is what has just been found.
    this.findings.push(lastRun(feed.name, item, effects.now(), isRed || this.#answered.has(feed)));
    this.findings.push(...missing(feed.name, item?.conditions, this.#seesAll));
  }

  async #secret(): Promise<string | undefined> {
    const { effects, connection } = this.#input;
    try {
      const version = await effects.secretVersion(true);
      this.findings.push(well(this.#subject, 'secret', `${connection.secret} is there, and has the right shape`));
      return version;
    } catch (thrown) {
      this.stop('secret', asTidemarkError(thrown));
      return undefined;
    }
  }

  /** Gets a session or a token, if the vendor gives one out: at most one. */
  async #signIn(store: ConnectionStore, secretVersion: string): Promise<Asker | undefined> {
    const { source, connection, owner, signInAgain } = this.#input;
    const { effects } = this.#clock;
    const now = effects.now();
    const endBy = now + effects.remainingTime();
    const stopAt = endBy - effects.remainingTime() * RESERVE_SHARE;
    const { title, auth } = source;
    const access = openAccess(auth, { effects, title, connection, store, owner, stopAt, endBy });
    if (signInAgain) store.note((state) => withoutHold(state, now));
    const kept = await effects.keptToken();
    try {
      await access?.ready();
      this.#isSignedIn = access !== undefined;
    } catch (thrown) {
      this.#stopFor(thrown);
      return undefined;
    }
    return this.#asker({ access, secretVersion, stopAt, endBy, isFresh: access !== undefined && kept === undefined });
  }

  #asker({ access, isFresh, ...times }: Tools): Asker {
    const { source, connection } = this.#input;
    return {
      ...times,
      effects: this.#clock.effects,
      source,
      connection,
      pacer: this.#pacer,
      endpoint: new Endpoint(),
      tally: { retries: 0 },
      life: { over: false },
      patience: PATIENCE,
      // There is no second sign-in, and a token that was read a moment ago is not read again.
      optional: isFresh || source.auth.kind === 'header',
      ...(access && { access }),
    };
  }

  /** Finds out what the feeds need to know. What they can do without is not asked for. */
  async #lookUp(store: ConnectionStore, secretVersion: string, asker: Asker): Promise<Connection | undefined> {
    const { effects, source, connection } = this.#input;
    const lookups = (source.lookups ?? []).filter(({ remedy }) => remedy !== undefined);
    try {
      const found = await lookUp({ source: { ...source, lookups }, store, secretVersion, asker }, connection);
      await store.save().catch((thrown: unknown) => effects.log('debug', `Not saved: ${String(thrown)}`));
      return found;
    } catch (thrown) {
      this.#stopFor(thrown, 'lookup');
      return undefined;
    }
  }

  /** Asks for a little of each feed. Returns whether no failure is about all of them; one that is has been noted. */
  async #askFeeds(asker: Asker, known: Connection): Promise<boolean> {
    const { feeds } = this.#input;
    for (const feed of feeds) {
      try {
        const asking = { ...asker, connection: known, endpoint: new Endpoint() };
        this.findings.push(...(await examineFeed(asking, { ...feed, connection: known })));
        this.#answered.add(feed);
      } catch (thrown) {
        if (!(thrown instanceof Error) || isOfAll(thrown) || asker.access?.failure !== undefined) {
          this.#stopFor(thrown);
          return false;
        }
        this.#failures.push({ feed, error: asTidemarkError(thrown) });
        const answered = this.#answered.size;
        const isHeard = this.#clock.isAnswered;
        const common = commonCause(this.#failures, { answered, feeds: feeds.length, isHeard });
        if (!common) continue;
        this.#stopFor(common);
        return false;
      }
    }
    return true;
  }

  #stopFor(thrown: unknown, check: ConnectionCheck = 'reachable'): void {
    if (thrown instanceof PauseError) this.stop('quota', thrown);
    else if (thrown instanceof OutOfTimeError) this.stop('reachable', tooSlow());
    else {
      const error = asTidemarkError(thrown);
      this.stop(CHECK_OF[error.code] ?? check, error);
    }
  }

  /** Checks what the credentials may see, and what is left of the quota. */
  async #lookAround(source: Source, known: Connection, store: ConnectionStore, asker: Asker): Promise<void> {
    const { visibility } = source;
    if (visibility) {
      const before = store.state.visibility?.seen;
      const finding = await examineVisibility({ ...asker, endpoint: new Endpoint() }, known, {
        subject: this.#subject,
        visibility,
        before,
      });
      this.#seesAll = finding.ok;
      this.findings.push(finding);
    } else this.#seesAll = true;
    this.findings.push(quotaFinding(this.#subject, this.#pacer, undefined));
  }

  /** Notes what is known by now of the connection. @param except the check that has just failed */
  #noteKnown(except?: ConnectionCheck, isClock = false): void {
    const { connection } = this.#input;
    if (this.#clock.isAnswered) {
      this.#note(this.#clock.finding(this.#subject, isClock));
      if (except !== 'reachable') this.#note(well(this.#subject, 'reachable', `${connection.origin} answers`));
    }
    // Who is told that a permission is missing has been let in.
    if ((this.#isSignedIn || this.#answered.size > 0 || except === 'answers') && except !== 'sign-in')
      this.#note(well(this.#subject, 'sign-in', 'the vendor accepts the credentials'));
  }

  /** Notes a finding, unless the same was noted before. */
  #note(finding: Finding): void {
    const isKnown = this.findings.some(({ subject, check }) => subject === finding.subject && check === finding.check);
    if (!isKnown) this.findings.push(finding);
  }

  #noteFailures(failures: readonly Failure[]): void {
    for (const { feed, error } of failures) {
      const remedy = error.code === 'forbidden' ? `${error.remedy} It needs: ${feed.stream.needs}` : error.remedy;
      this.findings.push({ subject: feed.name, check: 'answers', ok: false, found: error.message, remedy });
    }
  }

  /** Whether a check belongs to this source. */
  #isMade(check: (typeof CHECKS)[number]): boolean {
    return check !== 'visibility' || this.#input.source.visibility !== undefined;
  }
}

/** What an asker is made of. */
interface Tools {
  readonly access: Access | undefined;
  readonly secretVersion: string;
  readonly stopAt: Instant;
  readonly endBy: Instant;
  /** Whether the token was obtained a moment ago. */
  readonly isFresh: boolean;
}

/** The check that an error makes red, whatever was asked for. */
const CHECK_OF: Readonly<Partial<Record<ErrorCode, ConnectionCheck>>> = {
  refused: 'sign-in',
  secret: 'secret',
  state: 'state',
  forbidden: 'answers',
};

function codeOf(error: TidemarkError | PauseError): ErrorCode | undefined {
  return error instanceof TidemarkError ? error.code : undefined;
}

function withoutHold<State extends { readonly notBefore?: Instant }>(state: State, now: Instant): State {
  return state.notBefore !== undefined && state.notBefore > now ? { ...state, notBefore: now } : state;
}

function tooSlow(): TidemarkError {
  return new TidemarkError({
    code: 'failing',
    stage: 'receiving',
    message: 'The vendor’s answers took too long to ask for everything.',
    remedy: 'Look at the vendor’s status page and the network path, and name fewer feeds with --feed.',
  });
}
