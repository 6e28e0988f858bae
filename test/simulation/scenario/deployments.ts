import { type Duration, type Instant, MINUTE, type Range } from '../../../functions/core/time.ts';
import type { Dice } from '../dice.ts';
import { BEGIN } from './scenario-rows.ts';

/** A destination, and when it is configured first; for a while it may refuse everything. */
export interface PlannedDestination {
  readonly id: string;
  readonly from: Instant;
  readonly refuses?: Range;
}

/** A deployment. */
export interface Deployment {
  readonly at: Instant;
  /** The destinations that are configured from then on. Undefined: as before. */
  readonly destinations?: readonly string[];
  /** A delivery stream that is deleted and created again, and what it had not passed on: what it took in so much time. */
  readonly replaces?: { readonly id: string; readonly held: Duration };
}

/** Share of scenarios in which somebody deploys. */
const SHARE = 0.15;
/** A stream of these worlds holds an event no longer. */
const LONGEST_HELD = 5 * MINUTE;

/** The destinations of a scenario in which somebody deploys, and the deployments. At the end, all destinations are configured. */
export function drawDeployments(
  dice: Dice,
  end: Instant,
  planned: readonly PlannedDestination[],
): { readonly destinations: readonly PlannedDestination[]; readonly deployments: readonly Deployment[] } {
  if (!dice.chance(SHARE)) return { destinations: planned, deployments: [] };
  const ids = ['one', 'two', 'three'].slice(0, dice.int(1, 3));
  const destinations = ids.map((id) => ({ ...planned.find((one) => one.id === id), id, from: 0 }));
  const deployments = Array.from({ length: dice.int(1, 5) }, () => {
    const at = BEGIN + dice.random() * (end - BEGIN);
    const replaces = { id: dice.pick(ids), held: dice.random() * LONGEST_HELD };
    if (dice.chance(0.4)) return { at, replaces };
    const left = ids.filter(() => dice.chance(0.6));
    return { at, destinations: left.length > 0 ? left : [dice.pick(ids)], ...(dice.chance(0.3) && { replaces }) };
  });
  deployments.sort((one, other) => one.at - other.at);
  return { destinations, deployments: [...deployments, { at: end, destinations: ids }] };
}
