import { isObject } from '../../core/events/is-object.ts';
import type { Probe, ProbeAnswer, ProbeResult } from '../probe.ts';
import { indexTemplate, TEMPLATE_NAME, typesIn } from './index-template.ts';

const FILE = 'content/opensearch/index-template.json';
const PUT = `Put ${FILE} as the index template ${TEMPLATE_NAME}: docs/destinations.md says how. It holds for indexes that are made after that.`;
/** Names that are told of fields that differ. */
const MOST_TOLD = 5;

/** Asks whether the index template is there, and gives our fields the types that they need. */
export function templateProbe(): Probe {
  return {
    check: 'index-template',
    request: { method: 'GET', path: `/_index_template/${TEMPLATE_NAME}` },
    read: readTemplate,
  };
}

function readTemplate({ status, text }: ProbeAnswer): ProbeResult {
  if (status === 401 || status === 403) {
    return { ok: true, found: `it is not looked at: the credentials in use may not read it (${status})` };
  }
  if (status === 404) return { ok: false, found: `there is no index template ${TEMPLATE_NAME}`, remedy: PUT };
  const template = templateIn(text);
  if (status !== 200 || !template) {
    const remedy = 'Check the endpoint in tidemark.json: something else than OpenSearch may be answering there.';
    return { ok: false, found: `an unexpected answer (${status})`, remedy };
  }
  return compare(template);
}

interface Template {
  readonly index_patterns?: unknown;
  readonly template?: unknown;
}

function compare(there: Template): ProbeResult {
  const wanted = indexTemplate();
  const patterns = Array.isArray(there.index_patterns) ? there.index_patterns : [];
  const [pattern] = wanted.index_patterns;
  if (!patterns.includes(pattern)) {
    return { ok: false, found: `the index template ${TEMPLATE_NAME} is not for the indexes ${pattern}`, remedy: PUT };
  }
  const mappings = isObject(there.template) ? there.template.mappings : undefined;
  if (!isObject(mappings) || String(mappings.dynamic) !== 'false') {
    const found = `the index template ${TEMPLATE_NAME} is not "dynamic": false, so an event may be refused because of a vendor’s field`;
    return { ok: false, found, remedy: PUT };
  }
  const types = typesIn(mappings);
  const differing = [...typesIn(wanted.template.mappings)].filter(([path, type]) => types.get(path) !== type);
  if (differing.length === 0) return { ok: true, found: 'the index template is there, with all fields' };
  const names = differing.slice(0, MOST_TOLD).map(([path]) => path);
  const more = differing.length - names.length;
  const found = `the index template ${TEMPLATE_NAME} lacks fields, or gives them other types: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return { ok: false, found, remedy: PUT };
}

/** The template in an answer. Undefined if there is none in it. */
function templateIn(text: string): Template | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const list: unknown = isObject(body) ? body.index_templates : undefined;
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    const template = isObject(first) ? first.index_template : undefined;
    return isObject(template) ? template : undefined;
  } catch {
    return undefined;
  }
}
