import type { ConfigurableType, ConfiguredDestination } from '../core/config/destination.ts';
import type { FormatId, SecretShape, Shape } from '../core/model.ts';
import type { DeliverySign } from './delivery-signs.ts';
import type { Envelope } from './envelope.ts';

/**
 * A type of destination: all that the rest of the program knows of it. It is data, and functions that only decide. What is deployed
 * for it is drawn in lib/delivery.
 */
export interface DestinationType extends ConfigurableType {
  /** Its name in texts. */
  readonly title: string;
  /** Words beside its id that stand in its own files only; test/walls/destinations.test.ts holds it to that. */
  readonly words: readonly string[];
  /** The envelope of each event. Undefined if events go as their format has them. */
  readonly envelope?: DocumentedEnvelope;
  readonly delivery: DeliveryFacts;
  /** The secret with which Firehose identifies itself. Undefined if it needs none. */
  readonly secret?: DestinationSecret;
  /** Whether its objects in the archive can be queried with SQL. Undefined if it never puts any there. */
  isQueryable?(format: FormatId): boolean;
  /** How Firehose writes down what the destination did not take. Undefined if there is nothing that can be sent again. */
  readonly refused?: RefusedRecords;
  /** Settings with which it cannot be deployed, though it works on one's own machine. */
  notDeployable?(destination: ConfiguredDestination): readonly WrongSetting[];
  /** The URL to which `tidemark run` sends its events, if it is set. Undefined for a type whose events always go to a folder there. */
  endpointOf?(destination: ConfiguredDestination): string | undefined;
  readonly cost: DestinationCost;
}

/** An envelope, and what the generated pages say of it. */
export interface DocumentedEnvelope {
  readonly envelope: Envelope;
  readonly heading: string;
  readonly text: string;
  /** What a sample event is shown in. */
  readonly sample: Omit<Shape, 'format' | 'cefVersion'>;
  readonly sampleHeading: string;
}

/** Its Firehose streams, as CloudWatch sees them. */
export interface DeliveryFacts {
  /** The metric that tells the age of the oldest event that has not been delivered. Undefined if Firehose has none for this type. */
  readonly freshness?: string;
  /** What shows that a stream does not deliver: each is an alarm. */
  readonly signs: readonly DeliverySign[];
}

export interface DestinationSecret {
  /** The setting that names the secret. */
  readonly setting: string;
  /** What it holds, in a text such as "the token for destination x". */
  readonly about: string;
  readonly shape: SecretShape;
  /** What each field's value must look like. */
  readonly value: { readonly pattern: RegExp; readonly wanted: string };
  nameOf(destination: ConfiguredDestination): string;
}

/** A line of JSON for each record, in objects of the quarantine bucket: the fields with its bytes in base64, and with the reason. */
export interface RefusedRecords {
  readonly data: string;
  readonly reason: string;
}

export interface WrongSetting {
  readonly setting: string;
  readonly there: unknown;
  readonly wanted: string;
}

/** What it adds to the price of Firehose, alarms and secrets, which follows from the rest. */
export interface DestinationCost {
  /** Whether its events are kept in the archive. */
  readonly archived: boolean;
  /** How often a day one of its streams reads its secret. */
  readonly secretCalls?: { readonly value: number; readonly words: string };
}

/** The type of a destination. */
export function typeOf<Type extends DestinationType>(
  types: readonly Type[],
  { type }: Pick<ConfiguredDestination, 'type'>,
): Type {
  const found = types.find(({ id }) => id === type);
  if (!found) throw new Error(`There is no type of destination ${type}.`);
  return found;
}
