import type { ConfigurableType, ConfiguredDestination, EnvelopeShape } from '../core/config/destination.ts';
import type { FormatId, SecretShape } from '../core/model.ts';
import type { DeliverySign } from './delivery-signs.ts';
import type { Envelope } from './envelope.ts';
import type { AskedAbout, Probing, SignedProbe } from './probe.ts';

/**
 * A type of destination, as data and pure functions: everything that the rest of the program knows about it. Its deployed
 * resources are defined in lib/delivery.
 */
export interface DestinationType extends ConfigurableType {
  /** Its name in texts. */
  readonly title: string;
  /** Where its events are then, for people who choose. */
  readonly where: string;
  /** Words, besides its id, that only its own files may contain; test/walls/destinations.test.ts checks that. */
  readonly words: readonly string[];
  /** The envelope of each event. Undefined if events are sent without one. */
  readonly envelope?: DocumentedEnvelope;
  /** A type whose destinations may be of several kinds has other metrics for each. */
  delivery(destination: ConfiguredDestination): DeliveryFacts;
  /** The secret with which Firehose identifies itself. Undefined if it needs none. */
  readonly secret?: DestinationSecret;
  /** Whether its objects in the archive can be queried with SQL. Undefined if it never puts any there. */
  isQueryable?(format: FormatId): boolean;
  /** Who is told of each new object that it puts into the archive. Undefined if nobody is, or if it puts none there. */
  notificationsOf?(destination: ConfiguredDestination): ObjectNotifications | undefined;
  /** The form in which Firehose stores records that the destination did not accept. Undefined if they cannot be sent again. */
  readonly refused?: RefusedRecords;
  /** Settings with which it works locally but cannot be deployed. */
  notDeployable?(destination: ConfiguredDestination): readonly WrongSetting[];
  /** The URL to which `tidemark run` sends its events, if it is set. Undefined for a type whose events always go to a folder there. */
  endpointOf?(destination: ConfiguredDestination): string | undefined;
  /** Questions that show whether that URL takes events. Undefined for a type without a URL. */
  readonly probing?: Probing;
  /** Questions to AWS that show whether what people put there is there, such as a table. `tidemark doctor --cloud` asks them. */
  signedProbes?(destination: ConfiguredDestination, about: AskedAbout): readonly SignedProbe[];
  /** Files that people put there, by their names below `content/<type>/`: `npm run generate` writes them. */
  files?(): Readonly<Record<string, string>>;
  readonly cost: DestinationCost;
}

/** An envelope, and its text in the generated pages. */
export interface DocumentedEnvelope {
  readonly envelope: Envelope;
  /** The line that an envelope holds, as it was before it was wrapped. Undefined if the text is no envelope. */
  unwrap(text: string): string | undefined;
  readonly heading: string;
  readonly text: string;
  /** The shape of sample events in the documentation. */
  readonly sample: EnvelopeShape;
  readonly sampleHeading: string;
}

/** Its Firehose streams, as CloudWatch sees them. */
export interface DeliveryFacts {
  /** The metric with the age of the oldest undelivered event. Undefined if Firehose has none for this type. */
  readonly freshness?: string;
  /** The signs that a stream does not deliver. Each is an alarm. */
  readonly signs: readonly DeliverySign[];
}

export interface DestinationSecret {
  /** The setting that names the secret. */
  readonly setting: string;
  /** The name of its content, in a text such as "the token for destination x". */
  readonly about: string;
  readonly shape: SecretShape;
  /** The form of each field's value. */
  readonly value: { readonly pattern: RegExp; readonly wanted: string };
  /** Undefined if this destination needs none. */
  nameOf(destination: ConfiguredDestination): string | undefined;
}

/** A line of JSON for each record, in objects of the quarantine bucket: the fields with its bytes in base64, and with the reason. */
export interface RefusedRecords {
  readonly data: string;
  readonly reason: string;
}

/** One of the two: a queue that the deployment makes, or a topic that is there. */
export interface ObjectNotifications {
  readonly sqs?: true | undefined;
  readonly topicArn?: string | undefined;
}

export interface WrongSetting {
  readonly setting: string;
  readonly there: unknown;
  readonly wanted: string;
}

/** Its cost besides Firehose, alarms and secrets, whose cost follows from the other fields. */
export interface DestinationCost {
  /** Whether its events are kept in the archive. */
  readonly archived: boolean;
  /** Number of times a day that one of its streams reads its secret. */
  readonly secretCalls?: Assumed;
  /** For a type whose streams write tables: Firehose bills their bytes, without steps. */
  readonly table?: TableCost;
}

export interface TableCost {
  /** Bytes that Firehose writes for each byte of an event. */
  readonly bytes: Assumed;
  /** Number of requests to S3 each time that it writes. */
  readonly puts: Assumed;
}

/** A value that was not measured in an account, with its meaning. */
interface Assumed {
  readonly value: number;
  readonly words: string;
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
