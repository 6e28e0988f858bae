import type { Source } from '../../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { ASSUMED } from '../assumed.ts';
import type { Costs } from '../costs.ts';
import { isMeasured, MEASURED } from '../measured.ts';
import { PRICES, QUERY } from '../price-list.ts';
import type { Figures } from './figures.ts';

/** The tables of docs/cost.md with the inputs of the calculation. */
export function inputFigures(sources: readonly Source[]): Figures {
  return { prices: priceRows(), streams: streamRows(sources), assumed: assumedRows() };
}

function priceRows(): string[][] {
  return [
    ['item', 'price', 'free per month', 'quoted by', 'source'],
    ['---', '---:', '---:', '---', '---'],
    ...Object.values(PRICES).map((price) => [
      price.title,
      `$${price.dollars} for ${price.per.toLocaleString('en')} ${price.unit}`,
      'free' in price ? price.free.toLocaleString('en') : '',
      price.saidBy,
      price.source,
    ]),
    [
      'Athena queries',
      `$${QUERY.dollarsPerTerabyte} for 1 TB read, at least 10 MB a query`,
      '',
      QUERY.saidBy,
      QUERY.source,
    ],
  ];
}

function streamRows(sources: readonly Source[]): string[][] {
  const cells = ({ reads, writes, vendorCalls, logBytes }: Costs) =>
    [reads, writes, vendorCalls, Math.round(logBytes)].map(String);
  const heads = (title: string) => [`${title}: reads`, 'writes', 'requests', 'log bytes'];
  return [
    ['stream', ...heads('one run'), ...heads('verifications of one day')],
    ['---', ...Array.from({ length: 8 }, () => '---:')],
    ...Object.entries(MEASURED.streams).map(([name, { run, verifyDay }]) => [
      name,
      ...cells(run),
      ...(verifyDay ? cells(verifyDay) : ['', '', '', '']),
    ]),
    ...sources
      .filter((source) => !isMeasured(source))
      .flatMap(({ id, streams }) =>
        streams.map(({ name }) => [`${id}/${name}`, 'not measured', ...Array<string>(7).fill('')]),
      ),
  ];
}

function assumedRows(): string[][] {
  const ofTypes = DESTINATION_TYPES.flatMap(({ cost: { secretCalls, table } }) =>
    [secretCalls, table?.bytes, table?.puts].flatMap((one) => one ?? []),
  );
  return [
    ['value', 'assumption'],
    ['---:', '---'],
    ...[...Object.values(ASSUMED), ...ofTypes].map(({ value, words }) => [String(value), words]),
  ];
}
