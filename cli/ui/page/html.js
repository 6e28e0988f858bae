import htm from 'htm';
import { h } from 'preact';

/**
 * Markup as a tagged template. Whatever is put into it is text or an attribute, never markup.
 *
 * @type {(strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode}
 */
export const html = /** @type {typeof html} */ (htm.bind(h));
