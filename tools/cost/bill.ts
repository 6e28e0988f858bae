import { total } from './costs.ts';
import { PRICES, type Price, type PriceId, QUERY } from './price-list.ts';
import { type Amounts, type Day, weekBytes } from './sums.ts';

export const PRICE_IDS = Object.keys(PRICES) as PriceId[];

/** What an amount costs, without anything that may be free. */
export function dollarsOf(id: PriceId, amount: number): number {
  const { dollars, per } = PRICES[id];
  return (amount / per) * dollars;
}

export function dollarsOfAll(amounts: Amounts): number {
  return total(PRICE_IDS.map((id) => dollarsOf(id, amounts[id])));
}

/** What an account that has nothing else would not have to pay. */
export function freeOf(amounts: Amounts): number {
  return total(
    PRICE_IDS.map((id) => {
      const { free = 0 }: Price = PRICES[id];
      return dollarsOf(id, Math.min(amounts[id], free));
    }),
  );
}

/** What a query of the last seven days costs. */
export function dollarsOfQuery(day: Day): number {
  return (Math.max(QUERY.leastBytes, weekBytes(day)) / 1024 ** 4) * QUERY.dollarsPerTerabyte;
}
