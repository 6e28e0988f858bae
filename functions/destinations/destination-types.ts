import type { DestinationType } from './destination-type.ts';
import { http } from './http/destination.ts';
import { iceberg } from './iceberg/destination.ts';
import { opensearch } from './opensearch/destination.ts';
import { s3 } from './s3/destination.ts';
import { splunk } from './splunk/destination.ts';

/** Every type of destination. This is the only list of them; what is deployed for each is in lib/delivery/drawings.ts. */
export const DESTINATION_TYPES: readonly DestinationType[] = [s3, splunk, http, opensearch, iceberg];

/** The type that needs no settings, no secret and no account: for demonstrations and measurements. */
export const SIMPLEST_TYPE: DestinationType = s3;
