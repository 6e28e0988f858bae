import type { EcsEvent } from '../../core/ecs-event.ts';
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
  const isSelfEvent = fieldAt(event, ['event', 'module']) === 'tidemark';
  const vendor = isSelfEvent ? 'Tidemark' : textAt(event, ['tidemark', 'vendor']);
  const product = isSelfEvent ? 'Tidemark' : textAt(event, ['tidemark', 'product']);
  const deviceVersion = textAt(event, [isSelfEvent ? 'observer' : 'service', 'version']);
  const classId = classOf(event);
  const words = wordsOf(classId);
  const header = [
    `CEF:${version}`,
    headerField(vendor, MAX.vendor) || UNKNOWN,
    headerField(product, MAX.product) || UNKNOWN,
    headerField(deviceVersion, MAX.version) || UNKNOWN,
    headerField(classId, MAX.classId) || UNKNOWN,
    headerField(words.charAt(0).toUpperCase() + words.slice(1), MAX.name) || UNKNOWN,
    cefSeverity(event, words),
  ];
  return `${header.join('|')}|${cefExtension(event, version, vendorPrefix(vendor, product))}`;
}

/** The Event Class ID, which detection rules refer to: the action, else the vendor's code, else ECS's kind. */
function classOf(event: EcsEvent): string {
  for (const field of ['action', 'code', 'kind']) {
    const text = textAt(event, ['event', field]);
    if (headerField(text, MAX.classId) !== '') return text;
  }
  return UNKNOWN;
}

/** `user-role-changed` and `changeUserRole` as words in lower case. */
function wordsOf(classId: string): string {
  return classId
    .slice(0, MAX.name)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

function textAt(event: EcsEvent, path: readonly string[]): string {
  const value = fieldAt(event, path);
  return typeof value === 'string' || Number.isFinite(value) ? String(value) : '';
}
