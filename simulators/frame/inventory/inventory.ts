import { hash } from '../../random.ts';
import type { Reply } from '../../send-reply.ts';
import { type Asked, type Endpoint, LISTS } from '../api/endpoints.ts';
import type { Pager } from '../api/log.ts';
import { json, Refusal } from '../api/replies.ts';
import type { FrameSwitches } from '../faults.ts';
import { rowText } from '../trails/odd-rows.ts';
import { apiKeysAt } from './api-keys.ts';
import { cloudServicesAt, masterImagesAt } from './clouds.ts';
import type { Drift } from './drift.ts';
import { type AccountState, accountsAt, organizationsAt } from './places.ts';
import { customerAt, elasticityAt, settingsAt } from './settings.ts';

/** Whether `/customers/` answers with one object or with a list of one. */
export const CUSTOMERS = ['object', 'list'] as const;
/** Whether `cloud_services` requires the parameter that is documented as required. */
export const CLOUD_PROVIDER_ID = ['optional', 'required'] as const;

/** Behaviour that the vendor's documentation leaves open. */
export interface InventoryOptions extends Drift {
  readonly clientId: string;
  readonly customers: (typeof CUSTOMERS)[number];
  readonly cloudProviderId: (typeof CLOUD_PROVIDER_ID)[number];
}

/** One thing of a list, before faults change its text. */
interface Thing {
  readonly id: number;
  readonly row: object;
}

const FIELDS = { time: 'inserted_at', filled: 'name' };
const COLUMNS = {
  inserted_at: ({ row }: Thing) => textIn(row, 'inserted_at'),
  name: ({ row }: Thing) => textIn(row, 'name'),
};

/** The inventory, which changes over time: `reply` answers clients, `held` tells tests everything that it holds. */
export class Inventory {
  readonly #switches: FrameSwitches;
  readonly #options: InventoryOptions;
  readonly #clock: () => number;
  readonly #pager: Pager;
  #reads = 0;

  constructor(switches: FrameSwitches, options: InventoryOptions, clock: () => number, pager: Pager) {
    this.#switches = switches;
    this.#options = options;
    this.#clock = clock;
    this.#pager = pager;
  }

  /** The text of each thing at a time; of master images, those of all cloud accounts. */
  held(endpoint: Endpoint, time: number): readonly string[] {
    const one = this.#objectAt(endpoint, time);
    if (one) return [JSON.stringify(one)];
    if (endpoint !== 'master_images') return this.#thingsAt(endpoint, time).map((thing) => this.#text(thing));
    return cloudServicesAt(time, this.#options).flatMap(({ id }) =>
      this.#thingsAt(endpoint, time, id).map((thing) => this.#text(thing)),
    );
  }

  reply(asked: Asked, parameters: URLSearchParams): Reply {
    const { endpoint } = asked;
    const now = this.#clock();
    const one = this.#objectAt(endpoint, now);
    if (one) {
      const body = JSON.stringify(one);
      return json(endpoint === 'customers' && this.#options.customers === 'list' ? `[${body}]` : body, 1);
    }
    const all = this.#thingsAt(endpoint, now, asked.cloudServiceId, parameters.get('show_deleted') === 'true');
    const things = this.#withListFaults(endpoint, this.#filtered(endpoint, all, parameters));
    if (['accounts', 'organizations', 'all_accounts'].includes(endpoint))
      return this.#pager(parameters, { columns: COLUMNS, text: (thing) => this.#text(thing) }, () => byAge(things));
    return json(`[${things.map((thing) => this.#text(thing)).join(',')}]`, things.length);
  }

  #text({ id, row }: Thing): string {
    return rowText(row, id, FIELDS, this.#switches.faults);
  }

  #objectAt(endpoint: Endpoint, time: number): object | undefined {
    if (endpoint === 'customers') return customerAt(time, this.#options);
    if (endpoint === 'settings') return settingsAt(time, this.#options, this.#switches.faults);
    return endpoint === 'elasticity' ? elasticityAt(time, this.#options) : undefined;
  }

  #thingsAt(endpoint: Endpoint, time: number, cloudServiceId = '', withDeleted = false): readonly Thing[] {
    switch (endpoint) {
      case 'accounts':
        return accountsAt(time, this.#options).filter(({ isGone }) => !isGone);
      case 'organizations':
        return organizationsAt(time, this.#options).filter(({ isGone }) => withDeleted || !isGone);
      case 'all_accounts':
        return accountsAt(time, this.#options).flatMap(({ id, row, organizationId, isGone }) =>
          isGone && !withDeleted ? [] : [{ id, row: briefly(row, organizationId, isGone) }],
        );
      case 'api_authorization_rules':
        return apiKeysAt(time, this.#options, this.#switches.faults).map((row) => ({ id: row.id, row }));
      case 'cloud_services':
        return cloudServicesAt(time, this.#options).map((row, id) => ({ id, row }));
      default: {
        const images = masterImagesAt(time, this.#options, cloudServiceId);
        if (!images) throw new Refusal(404, 'The cloud service was not found');
        return images.map((row, id) => ({ id, row }));
      }
    }
  }

  /** Applies the filters of a request. */
  #filtered(endpoint: Endpoint, things: readonly Thing[], parameters: URLSearchParams): readonly Thing[] {
    if (endpoint === 'accounts') return accountsLike(things, accountsAt(this.#clock(), this.#options), parameters);
    if (endpoint !== 'cloud_services') return things;
    if (this.#options.cloudProviderId === 'required' && !parameters.has('cloud_provider_id'))
      throw new Refusal(400, 'cloud_provider_id is required');
    return cloudServicesLike(things, parameters);
  }

  /** Applies the faults of lists. */
  #withListFaults(endpoint: Endpoint, things: readonly Thing[]): readonly Thing[] {
    const { emptyLists, halvedLists, shuffledPermissions } = this.#switches.faults;
    if (halvedLists?.at !== undefined && !LISTS.some((list) => list === halvedLists.at))
      throw new Error(`halvedLists.at is one of: ${LISTS.join(', ')}.`);
    if (emptyLists?.split(',').includes(endpoint)) return [];
    const isHalved = (halvedLists?.at ?? endpoint) === endpoint && this.#switches.strikes('halvedLists') !== undefined;
    const left = isHalved ? things.slice(0, Math.floor(things.length / 2)) : things;
    if (!shuffledPermissions || endpoint !== 'api_authorization_rules') return left;
    this.#reads++;
    return shuffled(left, this.#reads) as readonly Thing[];
  }
}

function cloudServicesLike(things: readonly Thing[], parameters: URLSearchParams): readonly Thing[] {
  const get = (name: string) => parameters.get(name) ?? undefined;
  return things.filter(
    ({ row }) =>
      isSame(row, 'cloud_provider_id', get('cloud_provider_id')) &&
      isSame(row, 'active', get('active')) &&
      !(get('omit_default') === 'true' && isSame(row, 'is_default', 'true')),
  );
}

function accountsLike(
  things: readonly Thing[],
  accounts: readonly AccountState[],
  parameters: URLSearchParams,
): readonly Thing[] {
  const get = (name: string) => parameters.get(name) ?? undefined;
  const part = (get('name') ?? '').toLowerCase();
  const organization = get('organization_id');
  return things.filter(
    ({ id, row }) =>
      textIn(row, 'name').toLowerCase().includes(part) &&
      isSame(row, 'active', get('active')) &&
      (organization === undefined || accounts[id]?.organizationId === organization),
  );
}

/** An account in `/accounts/`: it has fewer fields, and its times have no Z. */
function briefly(row: ReturnType<typeof accountsAt>[number]['row'], organizationId: string, isGone: boolean): object {
  const { active, id, name, url_slug } = row;
  const inserted_at = row.inserted_at.slice(0, -1);
  const deleted_at = isGone ? inserted_at : null;
  return { active, deleted_at, id, inserted_at, name, organization_id: organizationId, url_slug };
}

function byAge(things: readonly Thing[]): readonly Thing[] {
  return things.toSorted((one, other) => (textIn(one.row, 'inserted_at') < textIn(other.row, 'inserted_at') ? -1 : 1));
}

function textIn(row: object, field: string): string {
  return String((row as Readonly<Record<string, unknown>>)[field]);
}

function isSame(row: object, field: string, wanted: string | undefined): boolean {
  return wanted === undefined || textIn(row, field) === wanted;
}

/** Shuffles every list in a value; leaves everything else as it is. */
function shuffled(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) {
    const places = value.map((one, index) => ({ one: shuffled(one, turn), place: hash(turn, index) }));
    return places.sort((one, other) => one.place - other.place).map(({ one }) => one);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shuffled(inner, turn)]));
}
