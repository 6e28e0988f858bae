import { stamp } from '../moments.ts';
import { ACCOUNTS, CUSTOMER, idOf, ORGANIZATIONS } from '../organization.ts';
import { choiceOf, type Drift, type Stage, stageAt, turnOf } from './drift.ts';

/** An account at a time, with fields that only some answers show. */
export interface AccountState {
  readonly id: number;
  readonly row: {
    readonly active: boolean;
    readonly description: string;
    readonly id: string;
    readonly inserted_at: string;
    readonly kind: string;
    readonly last_publish: string;
    readonly name: string;
    readonly notes: null;
    readonly url_slug: string;
    readonly website: null;
  };
  readonly organizationId: string;
  readonly isGone: boolean;
}

const FIRST_DAY = Date.parse('2024-03-04T08:15:00Z');
const ACCOUNT_SLOTS = ACCOUNTS.length + 3;
const ORGANIZATION_SLOTS = ORGANIZATIONS.length + 1;
const PROJECTS = ['Pilot', 'Training room', 'Audit 2026', 'Merger & integration'];

/** All accounts, including deleted ones. The accounts that appear in the trails are never deleted. */
export function accountsAt(time: number, drift: Drift): readonly AccountState[] {
  return Array.from({ length: ACCOUNT_SLOTS }, (_, slot) => {
    const known = ACCOUNTS[slot];
    const stage = stageAt(time, drift, 300 + slot, known !== undefined);
    const turn = (attribute: number) => turnOf(stage, attribute, 3);
    const name = known?.name ?? `${choiceOf(PROJECTS, slot, 0, stage.life)} ${slot}`;
    return {
      id: slot,
      row: {
        active: turn(0) % 2 === 0,
        description: `${name}, ${['main', 'reviewed', 'to be retired'][turn(1) % 3]}`,
        id: known?.id ?? idOf(9, slot, stage.life),
        inserted_at: birth(stage, slot),
        kind: 'frame',
        // Without a fraction, unlike inserted_at: as in the vendor's sample.
        last_publish: `${new Date(FIRST_DAY + turn(2) * 86_461_000).toISOString().slice(0, 19)}Z`,
        name,
        notes: null,
        url_slug: known?.slug ?? `project-${slot}-${stage.life}`,
        website: null,
      },
      organizationId: known?.organizationId ?? ORGANIZATIONS[slot % 2 === 0 ? 0 : 1].id,
      isGone: stage.isGone,
    };
  });
}

/** All organizations, including deleted ones. */
export function organizationsAt(time: number, drift: Drift) {
  return Array.from({ length: ORGANIZATION_SLOTS }, (_, slot) => {
    const known = ORGANIZATIONS[slot];
    const stage = stageAt(time, drift, 400 + slot, known !== undefined);
    return {
      id: slot,
      row: {
        active: true,
        customer_id: CUSTOMER.id,
        description: turnOf(stage, 0, 1) % 2 === 0 ? null : 'Reorganised',
        id: known?.id ?? idOf(10, slot, stage.life),
        inserted_at: birth(stage, slot),
        name: known?.name ?? `Joint venture ${stage.life}`,
        url_slug: known?.slug ?? `joint-venture-${stage.life}`,
      },
      isGone: stage.isGone,
    };
  });
}

function birth({ bornAt }: Stage, slot: number): string {
  return stamp(Math.floor(bornAt ?? FIRST_DAY + slot * 3_600_000) * 1000 + 864 + slot);
}
