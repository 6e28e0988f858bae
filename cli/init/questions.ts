import * as z from 'zod/mini';
import { connectionSchema } from '../../functions/core/config/connection.ts';
import { destinationSchema, isSettingOf } from '../../functions/core/config/destination.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import type { DestinationType } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import type { Asker } from './asker.ts';
import type { Draft, DraftConnection, DraftDestination } from './draft.ts';
import { type Field, fieldsOf, readValue } from './fields.ts';
import { USUAL_CONNECTION } from './usual.ts';

/** Asks for everything that a configuration needs: which vendors, which accounts there, and where to. */
export async function askDraft(asker: Asker, sources: readonly Source[]): Promise<Draft> {
  const options = sources.map(({ id, title, vendor }) => ({ value: id, label: title, hint: vendor }));
  const chosen = await asker.several('Which audit logs shall be forwarded?', options, true);
  const connections: DraftConnection[] = [];
  for (const source of sources.filter(({ id }) => chosen.includes(id))) {
    do connections.push(await askConnection(asker, source, connections));
    while (await asker.yes(`Another account at ${source.title}?`, false));
  }
  const types = DESTINATION_TYPES.map(({ id, title, where }) => ({ value: id, label: title, hint: where }));
  const wanted = await asker.several('Where shall events go?', types, true);
  const destinations: DraftDestination[] = [];
  for (const type of DESTINATION_TYPES.filter(({ id }) => wanted.includes(id)))
    destinations.push(await askDestination(asker, type));
  return { connections, destinations };
}

async function askConnection(
  asker: Asker,
  source: Source,
  others: readonly DraftConnection[],
): Promise<DraftConnection> {
  const schema = connectionSchema(source);
  const isTaken = (id: string) => others.some((other) => other.source === source.id && other.id === id);
  const usual = isTaken(USUAL_CONNECTION) ? undefined : USUAL_CONNECTION;
  const id = await asker.line(
    `Your name for the account at ${source.title}. Never change it later.`,
    usual,
    (answer) => (isTaken(answer) ? 'This name is taken.' : problemOf(schema, 'id', answer)),
  );
  const origin =
    source.origin === undefined
      ? await asker.line(`Where is ${source.title}? Such as https://acme.example.com`, undefined, (answer) =>
          problemOf(schema, 'origin', answer),
        )
      : undefined;
  const settings = await askFields(asker, source.title, source.settings, fieldsOf(source.settings));
  return {
    id,
    source: source.id,
    ...(origin !== undefined && { origin }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

async function askDestination(asker: Asker, type: DestinationType): Promise<DraftDestination> {
  const schema = destinationSchema(type);
  const id = await asker.line(`A name for the destination ${type.title}. Never change it later.`, type.id, (answer) =>
    problemOf(schema, 'id', answer),
  );
  const formats = type.formats.map((value) => ({ value, label: value.toUpperCase() }));
  const format = await asker.one('In which format?', formats);
  const ofFormat = fieldsOf(schema).filter(({ name }) => isSettingOf(format, name));
  const versions = await askFields(asker, `the format ${format.toUpperCase()}`, schema, ofFormat);
  const own = z.strictObject(type.settings);
  return { id, type: type.id, format, ...versions, ...(await askFields(asker, type.title, own, fieldsOf(own))) };
}

/** Asks for the fields that are required, then which others are to be set, and for these. */
async function askFields(
  asker: Asker,
  title: string,
  schema: z.ZodMiniType,
  fields: readonly Field[],
): Promise<Record<string, unknown>> {
  const required = fields.filter(({ isRequired }) => isRequired);
  const others = fields.filter(({ isRequired }) => !isRequired);
  const chosen =
    others.length === 0
      ? []
      : await asker.several(`Further settings of ${title}? None is fine.`, others.map(choiceOf), false);
  const values: Record<string, unknown> = {};
  for (const field of [...required, ...others.filter(({ name }) => chosen.includes(name))]) {
    values[field.name] = await askField(asker, schema, field);
  }
  return values;
}

function choiceOf({ name, about, usual }: Field) {
  return { value: name, label: name, hint: usual === undefined ? about : `${about} (default: ${usual})` };
}

async function askField(asker: Asker, schema: z.ZodMiniType, { name, about, choices }: Field): Promise<unknown> {
  const question = `${name}: ${about}`;
  const answer = choices
    ? await asker.one(
        question,
        choices.map((value) => ({ value, label: value })),
      )
    : await asker.line(question, undefined, (text) => problemOf(schema, name, text));
  return readValue(schema, name, answer);
}

function problemOf(schema: z.ZodMiniType, name: string, answer: string): string | undefined {
  try {
    readValue(schema, name, answer);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return thrown.message;
    throw thrown;
  }
}
