import type { DestinationType } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';

/** The types of destinations that need a secret, for texts. */
export const TYPES_WITH_SECRET = titlesOf(({ secret }) => secret !== undefined);

/** The types of destinations whose refused records are put aside, for texts. */
export const TYPES_THAT_REFUSE = titlesOf(({ refused }) => refused !== undefined);

function titlesOf(wanted: (type: DestinationType) => boolean): string {
  const titles = DESTINATION_TYPES.filter(wanted).map(({ title }) => title);
  return [titles.slice(0, -1).join(', '), titles.at(-1)].filter((part) => part).join(' or ');
}
