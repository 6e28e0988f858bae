import type { EcsEvent } from '../../core/ecs-event.ts';
import { remembered } from '../../core/events/remembered.ts';
import { fieldAt } from '../ecs-field.ts';
import { cefExtension } from './extension.ts';
import { cefSeverity } from './severity.ts';
import { headerField } from './text.ts';
import type { CefVersion } from './values.ts';
import { vendorPrefix } from './vendor-keys.ts';

/** Maximum lengths of the header's fields, in UTF-16 units before escaping. */
const MAX = { vendor: 63, product: 63, version: 31, classId: 1_023, name: 512 };

/** Stands for a missing header field, since none may be empty. */
const UNKNOWN = 'unknown';

/** The event as one line of CEF, the format of ArcSight: a projection of its ECS fields. */
export function cefLine(event: EcsEvent, version: CefVersion): string {
  const isSelfEvent = fieldAt(fieldAt(event, 'event'), 'module') === 'tidemark';
  const tidemark = fieldAt(event, 'tidemark');
  const vendor = isSelfEvent ? 'Tidemark' : textAt(tidemark, 'vendor');
  const product = isSelfEvent ? 'Tidemark' : textAt(tidemark, 'product');
  const deviceVersion = textAt(fieldAt(event, isSelfEvent ? 'observer' : 'service'), 'version');
  const { field, name, words } = classOf(event);
  const header = `CEF:${version}|${vendorField(vendor)}|${productField(product)}|${versionField(deviceVersion)}`;
  const extension = cefExtension(event, version, vendorPrefix(vendor, product));
  return `${header}|${field}|${name}|${cefSeverity(event, words)}|${extension}`;
}

const vendorField = remembered((text) => headerField(text, MAX.vendor) || UNKNOWN);
const productField = remembered((text) => headerField(text, MAX.product) || UNKNOWN);
const versionField = remembered((text) => headerField(text, MAX.version) || UNKNOWN);

/** The Event Class ID, which detection rules refer to: the action, else the vendor's code, else ECS's kind. */
function classOf(event: EcsEvent): EventClass {
  const about = fieldAt(event, 'event');
  for (const key of ['action', 'code', 'kind']) {
    const found = classIn(textAt(about, key));
    if (found.field !== '') return found;
  }
  return classIn(UNKNOWN);
}

/** A class of events: the header fields with its id and its name, and the words of its id in lower case. */
interface EventClass {
  readonly field: string;
  readonly name: string;
  readonly words: string;
}

const classIn = remembered((classId): EventClass => {
  const words = wordsOf(classId);
  const name = headerField(words.charAt(0).toUpperCase() + words.slice(1), MAX.name) || UNKNOWN;
  return { field: headerField(classId, MAX.classId), name, words };
});

/** `user-role-changed` and `changeUserRole` as words in lower case. */
function wordsOf(classId: string): string {
  return classId
    .slice(0, MAX.name)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

function textAt(holder: unknown, key: string): string {
  const value = fieldAt(holder, key);
  return typeof value === 'string' || Number.isFinite(value) ? String(value) : '';
}
