import type { ContentInputs } from '../content-inputs.ts';
import { dashboardNdjson } from './dashboard.ts';
import { detectionRulesNdjson } from './detection-rules.ts';
import { dataStreamTemplate, mappingsComponent, settingsComponent } from './index-template.ts';

/** The files for Elastic that are made from the fields of events and from the rules. */
export function elasticFiles({ rules }: ContentInputs): Readonly<Record<string, string>> {
  return {
    'mappings.json': pretty(mappingsComponent()),
    'settings.json': pretty(settingsComponent()),
    'index-template.json': pretty(dataStreamTemplate()),
    'detection-rules.ndjson': detectionRulesNdjson(rules),
    'dashboard.ndjson': dashboardNdjson(),
  };
}

function pretty(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
