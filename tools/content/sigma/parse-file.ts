import { parseAllDocuments } from 'yaml';
import { type FindRule, parseCorrelation } from './correlation.ts';
import { parseDetection } from './detection.ts';
import type { TypeOf } from './field-match.ts';
import { METADATA_KEYS, parseIdentity, parseMetadata } from './metadata.ts';
import { anyMapAt, mapAt, type YamlMap } from './parts.ts';
import type { Correlation, Detection, Rule } from './rule.ts';
import { Place } from './rule-error.ts';

/** What a rule may say that only others refer to: what people need stands at the rule that alerts. */
const PART_KEYS = ['title', 'id', 'name', 'description'];

/**
 * Reads a file: one rule that alerts and, if it is a correlation, the rules that it refers to, each as a document of its own. So a
 * file is complete for every tool that converts it.
 */
export function parseFile(file: string, text: string, typeOf: TypeOf): Rule {
  const [first, ...rest] = documentsIn(file, text);
  if (!first) throw new Place(file).error('The file is empty', 'Write a rule.');
  const used = new Set<YamlMap>();
  const found = new Map<YamlMap, Detection | Correlation>();
  const parsePart = (map: YamlMap): Detection | Correlation => {
    if (used.has(map) && !found.has(map)) throw placeOf(file, map).error('It refers to itself', 'Take that out.');
    used.add(map);
    const part = found.get(map) ?? parseLogic(placeOf(file, map), map, { keys: PART_KEYS, find, typeOf });
    found.set(map, part);
    return part;
  };
  const find: FindRule = (reference) => {
    const map = rest.find(({ id, name }) => id === reference || name === reference);
    return map && parsePart(map);
  };
  const place = placeOf(file, first);
  const logic = parseLogic(place, first, { keys: METADATA_KEYS, find, typeOf });
  const idle = rest.find((map) => !used.has(map));
  if (idle)
    throw placeOf(file, idle).error('No correlation of the file refers to this rule', 'Give it a file of its own.');
  return { file, ...parseMetadata(place, first), logic };
}

interface How {
  readonly keys: readonly string[];
  readonly find: FindRule;
  readonly typeOf: TypeOf;
}

function parseLogic(place: Place, map: YamlMap, { keys, find, typeOf }: How): Detection | Correlation {
  parseIdentity(place, map);
  if (!('correlation' in map)) {
    mapAt(place, map, [...keys, 'logsource', 'detection']);
    return parseDetection(place, map, typeOf);
  }
  mapAt(place, map, [...keys, 'correlation']);
  return parseCorrelation(place, map, find, typeOf);
}

/** A place names the rule only where a file has several. */
function placeOf(file: string, map: YamlMap): Place {
  const place = new Place(file);
  return typeof map.name === 'string' ? place.at(map.name) : place;
}

function documentsIn(file: string, text: string): YamlMap[] {
  return parseAllDocuments(text, { uniqueKeys: true, strict: true, schema: 'core' }).map((document) => {
    const [error] = document.errors;
    if (error) throw new Place(file).error(`This is no YAML: ${error.message.split('\n')[0]}`, 'Mend the text.');
    return anyMapAt(new Place(file), document.toJS({ maxAliasCount: 0 }));
  });
}
