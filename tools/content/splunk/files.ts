import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentInputs } from '../content-inputs.ts';
import { appConf } from './app-conf.ts';
import { dashboardView } from './dashboard.ts';
import { actionsLookup, streamsLookup } from './lookups.ts';
import { propsConf } from './props.ts';
import { savedSearchesConf } from './saved-searches.ts';

const DASHBOARD = join(import.meta.dirname, '../../../content/splunk/tidemark_overview.json');

/** The files of the add-on that are made from the mappings, the rules and the definition of the dashboard. */
export function addOnFiles({ sources, rules, version }: ContentInputs): Readonly<Record<string, string>> {
  return {
    'default/app.conf': appConf(version),
    'default/props.conf': propsConf(sources),
    'default/savedsearches.conf': savedSearchesConf(rules),
    'default/data/ui/views/tidemark_overview.xml': dashboardView(readFileSync(DASHBOARD, 'utf8')),
    'lookups/tidemark_actions.csv': actionsLookup(sources),
    'lookups/tidemark_streams.csv': streamsLookup(sources),
  };
}
