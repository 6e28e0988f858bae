import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueResponse,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { Auth } from '../../core/auth.ts';
import type { AttemptNote, Notice, Pending, SecretState } from '../../core/rotation/secret-state.ts';
import { type Duration, type Instant, MILLISECOND, parseInstant } from '../../core/time.ts';
import { fieldsOf, LEAST_CHARACTERS, secretsManager, unreadableSecret } from './secret.ts';

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';
/** Our own label, which has no meaning for other programs. */
const NOTICED = 'TIDEMARK_DUE';

const instant = z.int().check(z.nonnegative());
const id = z.string().check(z.regex(/^[\w-]{1,64}$/));
const noteSchema = z.strictObject({
  attempt: id,
  connection: z.string(),
  of: id,
  at: instant,
  ended: z.optional(
    z.strictObject({
      how: z.enum(['refused', 'throttled', 'failed', 'unreadable', 'lost', 'not-stored']),
      status: z.optional(z.int()),
    }),
  ),
});
const noticeSchema = z.strictObject({ of: id, since: instant, seen: instant });

/** A secret for its rotation: versions with labels. Values are masked as soon as they are read, and are sent to the vendor only. */
export class RotatingSecret {
  readonly #name: string;
  readonly #auth: Auth;
  readonly #hide: (secret: string) => void;
  #text = '';
  #fields: Readonly<Record<string, string>> = {};
  #fresh: Readonly<Record<string, string>> | undefined;

  /** @param hide masks a text wherever it would be written */
  constructor(name: string, auth: Auth, hide: (secret: string) => void) {
    this.#name = name;
    this.#auth = auth;
    this.#hide = hide;
  }

  /** The credentials that were current at the last look. */
  get fields(): Readonly<Record<string, string>> {
    return this.#fields;
  }

  async look(): Promise<SecretState> {
    try {
      const described = await secretsManager().send(new DescribeSecretCommand({ SecretId: this.#name }));
      const labels = Object.entries(described.VersionIdsToStages ?? {});
      const labelled = (label: string) => labels.find(([, stages]) => stages?.includes(label))?.[0];
      const value = await this.#get({ VersionStage: CURRENT });
      this.#text = value.SecretString ?? '';
      this.#hideValue(this.#text);
      // Throws if the value has not the expected shape.
      this.#fields = fieldsOf(this.#name, this.#text, this.#auth);
      const version = value.VersionId ?? '';
      const validUntil = parseInstant(objectOf(this.#text)?.validUntil);
      const current = { version, createdAt: createdAt(value) ?? 0, ...(validUntil !== undefined && { validUntil }) };
      // The label may have moved since then; the version's id still tells whether it is another one.
      const pending = labelled(PENDING);
      return {
        current,
        ...(pending !== undefined && pending !== version && { pending: await this.#pending(pending) }),
        ...(labelled(NOTICED) !== undefined && (await this.#notice())),
      };
    } catch (thrown) {
      throw unreadableSecret(this.#name, thrown, this.#auth);
    }
  }

  async announce(notice: Notice): Promise<void> {
    await secretsManager().send(
      new PutSecretValueCommand({
        SecretId: this.#name,
        SecretString: JSON.stringify({ notice }),
        VersionStages: [NOTICED],
      }),
    );
  }

  async note(version: string, note: AttemptNote): Promise<'written' | 'taken'> {
    const command = new PutSecretValueCommand({
      SecretId: this.#name,
      ClientRequestToken: version,
      SecretString: JSON.stringify({ attempt: note }),
      VersionStages: [PENDING],
    });
    try {
      await secretsManager().send(command);
      return 'written';
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'ResourceExistsException') return 'taken';
      throw thrown;
    }
  }

  async takeBack(version: string): Promise<void> {
    await secretsManager().send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.#name,
        VersionStage: PENDING,
        RemoveFromVersionId: version,
      }),
    );
  }

  /** Takes new credentials, to be stored by `store`. @param end the end of their validity, if it is known */
  hold(fields: Readonly<Record<string, string>>, end: { readonly validUntil?: string }): void {
    for (const field of Object.values(fields)) this.#hide(field);
    this.#fresh = { ...fields, ...end };
  }

  /** One write makes the new credentials the current value, keeps the other fields of the secret, and takes the label from the note. */
  async store(version: string, timeout: Duration): Promise<void> {
    const { validUntil: _, ...kept } = objectOf(this.#text) ?? {};
    const command = new PutSecretValueCommand({
      SecretId: this.#name,
      ClientRequestToken: version,
      SecretString: JSON.stringify({ ...kept, ...this.#fresh }),
      VersionStages: [CURRENT, PENDING],
    });
    await secretsManager().send(command, { abortSignal: AbortSignal.timeout(Math.ceil(timeout / MILLISECOND)) });
  }

  async #get(which: Which): Promise<GetSecretValueResponse> {
    return await secretsManager().send(new GetSecretValueCommand({ SecretId: this.#name, ...which }));
  }

  /** The pending version. If it is not ours, only its age is used. */
  async #pending(version: string): Promise<Pending> {
    const value = await this.#getIfAny({ VersionId: version });
    const since = value && createdAt(value);
    const text = value?.SecretString ?? '';
    const note = noteSchema.safeParse(objectOf(text)?.attempt);
    if (!note.success) this.#hideValue(text);
    return {
      version,
      ...(since !== undefined && { since }),
      ...(note.success && { note: note.data as AttemptNote }),
    };
  }

  /** The latest notice, read by its label: another invocation may just have replaced the one that was listed. */
  async #notice(): Promise<{ notice?: Notice }> {
    const value = await this.#getIfAny({ VersionStage: NOTICED });
    const notice = noticeSchema.safeParse(objectOf(value?.SecretString ?? '')?.notice);
    return notice.success ? { notice: notice.data } : {};
  }

  /** A version. Undefined if it has no value yet, or was removed since it was listed. */
  async #getIfAny(which: Which): Promise<GetSecretValueResponse | undefined> {
    try {
      return await this.#get(which);
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return undefined;
      throw thrown;
    }
  }

  /** Masks all values of a secret that are long enough, including those that we do not use. */
  #hideValue(text: string): void {
    const value = objectOf(text) ?? { text };
    const { notHidden = [] } = this.#auth;
    for (const [key, field] of Object.entries(value)) {
      if (key === VALID_UNTIL || notHidden.includes(key)) continue;
      if (typeof field === 'string' && field.trim().length >= LEAST_CHARACTERS) this.#hide(field.trim());
    }
  }
}

type Which = { readonly VersionStage: string } | { readonly VersionId: string };

/** The field with the end of the credential's validity. It is not secret. */
const VALID_UNTIL = 'validUntil';

function createdAt({ CreatedDate: date }: GetSecretValueResponse): Instant | undefined {
  return date && date.getTime() * MILLISECOND;
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
