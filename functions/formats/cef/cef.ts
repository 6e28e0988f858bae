import type { EcsEvent } from '../../core/ecs-event.ts';
import { fieldAt } from '../ecs-field.ts';
import { cefExtension } from './extension.ts';
import { ownPrefix } from './own-keys.ts';
import { cefSeverity } from './severity.ts';
import { headerField } from './text.ts';
import type { CefVersion } from './values.ts';

/** The limits of the header, in UTF-16 units before escaping. */
const MOST = { vendor: 63, product: 63, version: 31, classId: 1_023, name: 512 };

/** No part of the header may be empty. A service that names no version has none that we could make up. */
const UNKNOWN = 'unknown';

/** The event as one line of CEF: a projection of its ECS fields, made for readers of ArcSight's format. */
export function cefLine(event: EcsEvent, version: CefVersion): string {
  const isOurs = fieldAt(event, ['event', 'module']) === 'tidemark';
  const vendor = isOurs ? 'Tidemark' : textAt(event, ['tidemark', 'vendor']);
  const product = isOurs ? 'Tidemark' : textAt(event, ['tidemark', 'product']);
  const deviceVersion = textAt(event, [isOurs ? 'observer' : 'service', 'version']);
  const classId = classOf(event);
  const words = wordsOf(classId);
  const header = [
    `CEF:${version}`,
    headerField(vendor, MOST.vendor) || UNKNOWN,
    headerField(product, MOST.product) || UNKNOWN,
    headerField(deviceVersion, MOST.version) || UNKNOWN,
    headerField(classId, MOST.classId) || UNKNOWN,
    headerField(words.charAt(0).toUpperCase() + words.slice(1), MOST.name) || UNKNOWN,
    cefSeverity(event, words),
  ];
  return `${header.join('|')}|${cefExtension(event, version, ownPrefix(vendor, product))}`;
}

/** What kind of event it is, in a word that rules can name: the action, else the vendor's code, else ECS's kind. */
function classOf(event: EcsEvent): string {
  for (const field of ['action', 'code', 'kind']) {
    const text = textAt(event, ['event', field]);
    if (headerField(text, MOST.classId) !== '') return text;
  }
  return UNKNOWN;
}

/** `user-role-changed` and `changeUserRole` as words in small letters. */
function wordsOf(classId: string): string {
  return classId
    .slice(0, MOST.name)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

function textAt(event: EcsEvent, path: readonly string[]): string {
  const value = fieldAt(event, path);
  return typeof value === 'string' || Number.isFinite(value) ? String(value) : '';
}
