import { total } from './costs.ts';
import { PRICES, type Price, type PriceId, QUERY } from './price-list.ts';
import { type Amounts, type Day, weekBytes } from './sums.ts';

export const PRICE_IDS = Object.keys(PRICES) as PriceId[];

/** The price of an amount, without any free amount. */
export function dollarsOf(id: PriceId, amount: number): number {
  const { dollars, per } = PRICES[id];
  return (amount / per) * dollars;
}

export function dollarsOfAll(amounts: Amounts): number {
  return total(PRICE_IDS.map((id) => dollarsOf(id, amounts[id])));
}

/** The part that is free in an account that contains nothing else. */
export function freeOf(amounts: Amounts): number {
  return total(
    PRICE_IDS.map((id) => {
      const { free = 0 }: Price = PRICES[id];
      return dollarsOf(id, Math.min(amounts[id], free));
    }),
  );
}

/** The price of a query of the last seven days. */
export function dollarsOfQuery(day: Day): number {
  return (Math.max(QUERY.leastBytes, weekBytes(day)) / 1024 ** 4) * QUERY.dollarsPerTerabyte;
}
