/** What a column of a panel holds. */
export interface Column {
  readonly operation: 'unique_count' | 'max';
  readonly field: string;
  readonly label: string;
}

/** What a panel counts by: the time, or the most frequent values of a field. */
interface Bucket {
  readonly field: string;
  /** Number of values. Without it, the field is a time. */
  readonly size?: number;
}

export interface Panel {
  readonly title: string;
  /** Which events count, in Kibana's query language. */
  readonly query: string;
  readonly chart: 'bars' | 'table';
  readonly buckets: readonly Bucket[];
  readonly metrics: readonly Column[];
  readonly at: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const LAYER = 'layer';
/** The name under which a layer refers to its data view. */
const LAYER_VIEW = `indexpattern-datasource-layer-${LAYER}`;

/** A panel of Kibana's Lens, inside of its dashboard, and the dashboard's reference to the data view. */
export function lensPanel(id: string, panel: Panel, dataView: string) {
  const reference = { type: 'index-pattern', id: dataView };
  return {
    panel: {
      type: 'lens',
      panelIndex: id,
      gridData: { ...panel.at, i: id },
      title: panel.title,
      embeddableConfig: {
        enhancements: {},
        attributes: {
          title: panel.title,
          description: '',
          type: 'lens',
          visualizationType: panel.chart === 'bars' ? 'lnsXY' : 'lnsDatatable',
          references: [{ ...reference, name: LAYER_VIEW }],
          state: {
            query: { language: 'kuery', query: panel.query },
            filters: [],
            datasourceStates: { formBased: { layers: { [LAYER]: layer(panel) } } },
            visualization: panel.chart === 'bars' ? bars(panel) : table(panel),
          },
        },
      },
    },
    reference: { ...reference, name: `${id}:${LAYER_VIEW}` },
  };
}

function layer({ buckets, metrics }: Panel) {
  const columns = [
    ...buckets.map((bucket, at) => [bucketId(at), bucketColumn(bucket)] as const),
    ...metrics.map((metric, at) => [metricId(at), metricColumn(metric)] as const),
  ];
  return {
    columnOrder: columns.map(([id]) => id),
    columns: Object.fromEntries(columns),
    incompleteColumns: {},
  };
}

function bucketColumn({ field, size }: Bucket) {
  const common = { label: field, sourceField: field, isBucketed: true };
  if (size === undefined)
    return {
      ...common,
      dataType: 'date',
      operationType: 'date_histogram',
      scale: 'interval',
      params: { interval: 'auto', includeEmptyRows: true },
    };
  return {
    ...common,
    dataType: field.endsWith('.ip') ? 'ip' : 'string',
    operationType: 'terms',
    scale: 'ordinal',
    params: {
      size,
      orderBy: { type: 'column', columnId: metricId(0) },
      orderDirection: 'desc',
      otherBucket: false,
      // Some vendors name a user only by an id, others only by a name.
      missingBucket: true,
    },
  };
}

function metricColumn({ operation, field, label }: Column) {
  return {
    label,
    customLabel: true,
    sourceField: field,
    isBucketed: false,
    dataType: operation === 'max' ? 'date' : 'number',
    operationType: operation,
    scale: 'ratio',
    params: {},
  };
}

function bars({ buckets, metrics }: Panel) {
  const [x, split] = buckets.map((_, at) => bucketId(at));
  return {
    preferredSeriesType: 'bar_stacked',
    legend: { isVisible: true, position: 'right' },
    valueLabels: 'hide',
    layers: [
      {
        layerId: LAYER,
        layerType: 'data',
        seriesType: 'bar_stacked',
        xAccessor: x,
        splitAccessor: split,
        accessors: metrics.map((_, at) => metricId(at)),
      },
    ],
  };
}

function table({ buckets, metrics }: Panel) {
  const ids = [...buckets.map((_, at) => bucketId(at)), ...metrics.map((_, at) => metricId(at))];
  return { layerId: LAYER, layerType: 'data', columns: ids.map((columnId) => ({ columnId })) };
}

function bucketId(at: number): string {
  return `by-${at + 1}`;
}

function metricId(at: number): string {
  return `of-${at + 1}`;
}
