import * as z from 'zod/mini';
import { check } from '../../functions/core/config/connection.ts';
import { TidemarkError } from '../../functions/core/errors.ts';

/** A setting, as its schema describes it. */
export interface Field {
  readonly name: string;
  readonly about: string;
  readonly isRequired: boolean;
  /** The values that it takes, if they are few. */
  readonly choices?: readonly string[];
  /** Its value if nothing is set, as text. */
  readonly usual?: string;
}

/** The part of a JSON Schema that a question needs. */
interface Property {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** The fields of an object’s schema. */
export function fieldsOf(schema: z.ZodMiniType): Field[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, described]) => {
    const property = described as Property;
    const choices = property.type === 'boolean' ? ['true', 'false'] : property.enum?.map(String);
    return {
      name,
      about: property.description ?? name,
      isRequired: required.includes(name),
      ...(choices && { choices }),
      ...(property.default !== undefined && { usual: JSON.stringify(property.default) }),
    };
  });
}

/** Reads the text of a field’s value as what the schema wants: a text, a number, true or false, or JSON. */
export function readValue(schema: z.ZodMiniType, name: string, text: string): unknown {
  const problem = complaint(schema, name, text);
  if (problem === undefined) return text;
  const other = otherReadings(text).find((value) => complaint(schema, name, value) === undefined);
  if (other !== undefined) return other;
  // A number is complained about as a number.
  const [reading = text] = otherReadings(text);
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: complaint(schema, name, reading) ?? problem,
    remedy: remedyOf(schema, name),
  });
}

function otherReadings(text: string): unknown[] {
  if (/^-?\d+(\.\d+)?$/.test(text)) return [Number(text)];
  if (text === 'true' || text === 'false') return [text === 'true'];
  if (!/^[[{]/.test(text)) return [];
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** What is wrong with the value of one field; undefined if nothing is. */
function complaint(schema: z.ZodMiniType, name: string, value: unknown): string | undefined {
  try {
    check(schema, { [name]: value }, name);
    return undefined;
  } catch (thrown) {
    // Other fields may be missing: they are not asked about here.
    const lines = (thrown as Error).message.split('\n').slice(1);
    return lines.find((line) => new RegExp(`^\\s*\\$\\.${name}\\b`).test(line))?.replace(/^\s*\$\./, '');
  }
}

function remedyOf(schema: z.ZodMiniType, name: string): string {
  const fields = fieldsOf(schema);
  const about = fields.find((field) => field.name === name)?.about;
  if (about !== undefined) return `${name}: ${about}`;
  return fields.length === 0 ? 'There are no settings.' : `There are: ${fields.map((field) => field.name).join(', ')}.`;
}
