import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';
import type { ListedObject } from '../cloud/buckets/list-objects.ts';
import type { Refused } from './read-refused.ts';

/** Objects with what destinations did not take, by keys that begin with the destination and the source. */
export interface PutAsideObjects {
  /** Those below a prefix, oldest first. */
  list(prefix: string): AsyncIterable<ListedObject>;
  read(key: string, fields: RefusedRecords): Promise<Refused>;
  remove(key: string): Promise<void>;
}
