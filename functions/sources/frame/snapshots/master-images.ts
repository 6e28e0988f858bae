import { UnreadableError } from '../../../core/errors.ts';
import type { Answer, Connection, Item, Request, Row, SnapshotStream } from '../../../core/model.ts';
import { isObject } from '../fields.ts';
import { cloudServices } from './cloud-services.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, driftFields, type Kind } from './drift-fields.ts';
import { idText, itemOf } from './item.ts';
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

/** First the cloud services, which are not kept, then the images of each. */
function read(answer: Answer, asked: Request, connection: Connection) {
  const found = listRows(answer);
  const service = /\/cloud_services\/([^/?]+)\/master_images$/.exec(asked.url)?.[1];
  if (service === undefined) return { rows: [], asks: found.map((row) => imagesOf(row, connection)) };
  // An image does not say which cloud service it is for.
  const cloud_service_id = decodeURIComponent(service);
  return { rows: found.map(({ value }) => rowOf({ ...(value as object), cloud_service_id })), asks: [] };
}

function imagesOf({ value }: Row, connection: Connection): Request {
  const id = isObject(value) ? [value.external_id, value.id].map(idText).find(isSegment) : undefined;
  if (id === undefined) throw new UnreadableError('a cloud service has neither an external_id nor an id to ask with');
  return customerRequest(connection, `cloud_services/${encodeURIComponent(id)}/master_images`);
}

/** What can stand in a path and still be an id there. */
function isSegment(id: string | undefined): id is string {
  return id?.isWellFormed() === true && id !== '.' && id !== '..';
}

function items({ value }: Row): readonly Item[] {
  const image = itemOf(value, ['id']);
  const service = isObject(value) ? idText(value.cloud_service_id) : undefined;
  return [service === undefined ? image : { ...image, key: `${service}/${image.key}` }];
}
