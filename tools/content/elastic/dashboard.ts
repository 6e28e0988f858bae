import { DATA_STREAMS } from './index-template.ts';
import { type Column, lensPanel, type Panel } from './lens.ts';

// The dashboard as Kibana exports saved objects: a data view and a dashboard, one on each line. Their ids never change, so that an import
// replaces what an older version brought.

const DATA_VIEW_ID = 'tidemark-events';
const DASHBOARD_ID = 'tidemark-overview';
/** The versions of the forms that are written here. A newer Kibana migrates them when it imports them. */
const FORMS = { coreMigrationVersion: '8.8.0', dataView: '8.0.0', dashboard: '8.9.0' };

/** An event may be there twice, with the same id. */
const EVENTS: Column = { operation: 'unique_count', field: 'event.id', label: 'Events' };
const LAST: Column = { operation: 'max', field: '@timestamp', label: 'Last' };

const PANELS: readonly Panel[] = [
  {
    title: 'Events by action',
    query: 'event.kind: event',
    chart: 'bars',
    buckets: [{ field: '@timestamp' }, { field: 'event.action', size: 12 }],
    metrics: [EVENTS],
    at: { x: 0, y: 0, w: 48, h: 14 },
  },
  {
    title: 'Failed sign-ins by user',
    query: 'event.category: authentication and event.outcome: failure',
    chart: 'table',
    buckets: [
      { field: 'user.name', size: 20 },
      { field: 'user.id', size: 20 },
      { field: 'service.name', size: 5 },
    ],
    metrics: [EVENTS, { operation: 'unique_count', field: 'source.ip', label: 'Addresses' }],
    at: { x: 0, y: 14, w: 24, h: 14 },
  },
  {
    title: 'Top sources',
    query: 'source.ip: *',
    chart: 'table',
    buckets: [{ field: 'source.ip', size: 20 }],
    metrics: [EVENTS, { operation: 'unique_count', field: 'user.name', label: 'Users' }],
    at: { x: 24, y: 14, w: 24, h: 14 },
  },
  {
    title: 'What Tidemark itself did or found',
    query: 'event.module: tidemark',
    chart: 'table',
    buckets: [
      { field: 'event.action', size: 20 },
      { field: 'tidemark.feed', size: 20 },
    ],
    metrics: [EVENTS, LAST],
    at: { x: 0, y: 28, w: 48, h: 14 },
  },
];

/** The file that Kibana imports under Stack Management > Saved Objects. */
export function dashboardNdjson(): string {
  const panels = PANELS.map((panel, at) => lensPanel(`panel-${at + 1}`, panel, DATA_VIEW_ID));
  return [dataView(), dashboard(panels)].map((object) => `${JSON.stringify(object)}\n`).join('');
}

function dataView() {
  return {
    type: 'index-pattern',
    id: DATA_VIEW_ID,
    attributes: { title: DATA_STREAMS, name: 'Tidemark', timeFieldName: '@timestamp' },
    references: [],
    coreMigrationVersion: FORMS.coreMigrationVersion,
    typeMigrationVersion: FORMS.dataView,
  };
}

function dashboard(panels: readonly ReturnType<typeof lensPanel>[]) {
  return {
    type: 'dashboard',
    id: DASHBOARD_ID,
    attributes: {
      title: 'Tidemark',
      description:
        'Audit events that Tidemark forwards. Each event counts once, though it may have been delivered twice.',
      panelsJSON: JSON.stringify(panels.map(({ panel }) => panel)),
      optionsJSON: JSON.stringify({ useMargins: true, syncColors: false, hidePanelTitles: false }),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { language: 'kuery', query: '' }, filter: [] }),
      },
      timeRestore: true,
      timeFrom: 'now-24h',
      timeTo: 'now',
    },
    references: panels.map(({ reference }) => reference),
    coreMigrationVersion: FORMS.coreMigrationVersion,
    typeMigrationVersion: FORMS.dashboard,
  };
}
