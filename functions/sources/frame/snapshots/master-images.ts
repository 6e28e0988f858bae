import { UnreadableError } from '../../../core/errors.ts';
import type { Answer, Connection, Item, Request, Row, SnapshotStream } from '../../../core/model.ts';
import { fieldsOf } from '../../../source-kit/json-values.ts';
import { idOf } from '../../../source-kit/scalars.ts';
import { cloudServices } from './cloud-services.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { itemOf, LONGEST_ID } from './item.ts';
import { listRows, rowOf } from './read-answer.ts';

const KIND: Kind = {
  title: 'Master images',
  thing: 'master image',
  noun: 'master-image',
  category: 'configuration',
};

/** The images that desktops are made from: those of each cloud service. */
export const masterImages: SnapshotStream = {
  ...DAILY,
  name: 'master-images',
  title: KIND.title,
  thing: KIND.thing,
  first: cloudServices.first,
  read,
  items,
  mapChange: (change, connection) => driftFields(KIND, change, connection),
  mapBaseline: (values, connection) => baselineFields(KIND, values, connection),
};

/** First the cloud services, which are not kept, and then the images of each. */
function read(answer: Answer, asked: Request, connection: Connection) {
  const found = listRows(answer);
  const service = /\/cloud_services\/([^/?]+)\/master_images$/.exec(asked.url)?.[1];
  if (service === undefined) return { rows: [], asks: found.map((row) => imagesOf(row, connection)) };
  // An image does not say which cloud service it is for.
  const cloud_service_id = decodeURIComponent(service);
  return { rows: found.map(({ value }) => rowOf({ ...fieldsOf(value), cloud_service_id })), asks: [] };
}

function imagesOf({ value }: Row, connection: Connection): Request {
  const service = fieldsOf(value);
  const id = [service.external_id, service.id].map((one) => idOf(one, LONGEST_ID)).find(isSegment);
  if (id === undefined) throw new UnreadableError('a cloud service has neither an external_id nor an id to ask with');
  return customerRequest(connection, `cloud_services/${encodeURIComponent(id)}/master_images`);
}

/** Whether an id can be a segment of a path. */
function isSegment(id: string | undefined): id is string {
  return id?.isWellFormed() === true && id !== '.' && id !== '..';
}

function items({ value }: Row): readonly Item[] {
  const image = itemOf(value, ['id']);
  const service = idOf(fieldsOf(value).cloud_service_id, LONGEST_ID);
  return [service === undefined ? image : { ...image, key: `${service}/${image.key}` }];
}
