import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { type ConfiguredConnection, check, parseConnection } from '../core/config/connection.ts';
import { type ErrorCode, TidemarkError } from '../core/errors.ts';
import type { Answer, Request, Rotation, Source } from '../core/model.ts';
import { rotate } from '../core/rotation/rotate.ts';
import type { RotationReport } from '../core/rotation/rotation-report.ts';
import type { Renewal, RotationEffects } from '../core/rotation/rotation-task.ts';
import { type Duration, MILLISECOND, parseInstant } from '../core/time.ts';
import { checkOrigins } from './auth/origins.ts';
import { RotatingSecret } from './auth/rotating-secret.ts';
import { signerFor } from './auth/signers.ts';
import { Http } from './network/http.ts';
import { pause } from './network/pause.ts';
import type { HostContext } from './serve.ts';
import { Telemetry } from './telemetry/telemetry.ts';

const input = z.strictObject({ act: z.literal('rotate'), connection: z.unknown() });

/** The log level of each state. */
const LEVEL = {
  young: 'info',
  announced: 'info',
  'put-off': 'warn',
  elsewhere: 'info',
  rotated: 'info',
  stuck: 'error',
} as const;

/** The handler of a source's rotation Lambda: one invocation checks whether the credential of one connection is due, and exchanges it. */
export function serveRotation(source: Source): (input: unknown, context: HostContext) => Promise<RotationReport> {
  return async (value, context) => {
    const telemetry = new Telemetry(source.id, process.env.TIDEMARK_LOG_LEVEL, process.env.TIDEMARK_NAMESPACE);
    try {
      const { rotation, connection } = readInput(source, value);
      checkOrigins(source.auth, connection);
      const effects = makeEffects({ source, rotation, connection, host: context, telemetry });
      const report = telemetry.redactValue(await rotate({ effects, source, rotation, connection }));
      tell(telemetry, report);
      return report;
    } catch (thrown) {
      // Lambda logs it, with its stack and causes.
      throw telemetry.redactError(thrown);
    } finally {
      telemetry.flush(Date.now());
    }
  };
}

function readInput(source: Source, value: unknown): { rotation: Rotation; connection: ConfiguredConnection } {
  const { connection: unchecked } = check(input, value, 'The invocation');
  const connection = parseConnection(source, unchecked);
  if (source.rotation && connection.rotate) return { rotation: source.rotation, connection };
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'The invocation is not right:\n  $.connection.rotate: nothing is there, wanted true.',
    remedy: 'Correct the schedule’s input: only connections with "rotate": true rotate.',
  });
}

function tell(telemetry: Telemetry, { message, remedy, ...fields }: RotationReport): void {
  const code: ErrorCode = 'rotation-stuck';
  const error = remedy === undefined ? {} : { error: { code, message, remedy } };
  telemetry.log(LEVEL[fields.state], message, { ...fields, ...error });
  if (fields.state === 'rotated') telemetry.count('Rotated', 1);
  if (fields.state === 'stuck') telemetry.count('RotationStuck', 1);
}

interface EffectInputs {
  readonly source: Source;
  readonly rotation: Rotation;
  readonly connection: ConfiguredConnection;
  readonly host: HostContext;
  readonly telemetry: Telemetry;
}

/** Returns the real effects: the vendor over HTTP, the stored secret, the clock and the log. */
function makeEffects({ source, rotation, connection, host, telemetry }: EffectInputs): RotationEffects {
  const { origin, secret: name } = connection;
  const secret = new RotatingSecret(name, source.auth, (text) => telemetry.hide(text));
  const send = async (request: Request, timeout: Duration): Promise<Answer> => {
    // Each request has a new connection: an idle one may be dead and lose the request, which must not be sent twice.
    const http = new Http(origin, undefined);
    try {
      const tools = {
        http: () => http,
        origin,
        foreignTokenUrl: undefined,
        hide: (text: string) => telemetry.hide(text),
      };
      const { headers, signatures } = signerFor(source.auth, tools).sign(secret.fields, Date.now());
      for (const signature of signatures) telemetry.hide(signature);
      return await http.send(request, headers, timeout);
    } catch (thrown) {
      throw telemetry.redactError(thrown);
    } finally {
      http.close();
    }
  };
  return {
    now: () => Date.now() * MILLISECOND,
    random: Math.random,
    newId: randomUUID,
    sleep: (time) => pause(time / MILLISECOND, undefined),
    remainingTime: () => Math.floor(host.getRemainingTimeInMillis()) * MILLISECOND,
    look: () => secret.look(),
    announce: (notice) => secret.announce(notice),
    note: (version, note) => secret.note(version, note),
    takeBack: (version) => secret.takeBack(version),
    ask: async (request, timeout) => {
      const { status, headers, text } = await send(request, timeout);
      return { status, headers: telemetry.redactValue(headers), text: telemetry.redact(text) };
    },
    renew: async (timeout) => takeOut(rotation, await send(rotation.request, timeout), secret),
    store: (version, timeout) => secret.store(version, timeout),
    log: (level, message, fields) => telemetry.log(level, message, fields),
  };
}

/** Takes the new credential out of an answer. Nothing else of the answer is used or written: all of it may be secret. */
function takeOut(rotation: Rotation, { status, text }: Answer, secret: RotatingSecret): Renewal {
  const value = status >= 200 && status < 300 ? parsed(text) : {};
  const fields = Object.entries(rotation.fields).map(([field, name]) => [field, value[name]] as const);
  const isWhole = fields.every(([, one]) => typeof one === 'string' && CREDENTIAL.test(one));
  if (!isWhole) return { status, obtained: false };
  const validUntil = parseInstant(value[rotation.validUntil]);
  const end = validUntil === undefined ? {} : { validUntil: String(value[rotation.validUntil]) };
  secret.hold(Object.fromEntries(fields) as Record<string, string>, end);
  return { status, obtained: true, ...(validUntil !== undefined && { validUntil }) };
}

/** Credentials that the reader of secrets accepts. Others must not be stored. */
const CREDENTIAL = /^[\x21-\x7e]{8,}$/;

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
