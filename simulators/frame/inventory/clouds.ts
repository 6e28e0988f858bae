import { CUSTOMER, idOf } from '../organization.ts';
import { choiceOf, type Drift, stageAt, turnOf } from './drift.ts';

const PROVIDERS = [
  { id: 'gateway-prod.2', name: 'amazon', display: 'AWS' },
  { id: 'gateway-prod.3', name: 'azure', display: 'Azure' },
  { id: 'gateway-prod.2', name: 'amazon', display: 'AWS' },
] as const;
const LASTING_SERVICES = 2;
const FIRST_SERVICE = 459;
const STATUSES = ['ready', 'pending', 'deactivated'];
const FAMILIES = ['Windows Server 2022', 'Windows 11', 'Ubuntu 24.04', 'Windows Server 2019'];
const IMAGES = 4;
const INSTANCE_TYPES = [
  {
    display_name: 'Air 4GB',
    external_id: 'ext-2',
    gpu: 'None',
    id: 'gateway-prod.2',
    name: 't3.medium',
    ram: 4,
    vcpu: 2,
  },
  {
    display_name: 'Air 8GB',
    external_id: 'ext-5',
    gpu: 'None',
    id: 'gateway-prod.5',
    name: 't3.large',
    ram: 8,
    vcpu: 2,
  },
  {
    display_name: 'Pro 16GB',
    external_id: 'ext-9',
    gpu: 'Tesla T4',
    id: 'gateway-prod.9',
    name: 'g4dn.xlarge',
    ram: 16,
    vcpu: 4,
  },
];

/** The customer's cloud accounts at a time. */
export function cloudServicesAt(time: number, drift: Drift) {
  return PROVIDERS.flatMap((provider, slot) => {
    const stage = stageAt(time, drift, 500 + slot, slot < LASTING_SERVICES);
    if (stage.isGone) return [];
    const turn = (attribute: number) => turnOf(stage, attribute, 2);
    const status = STATUSES[turn(0) % STATUSES.length] as string;
    const accountNumber = String(123_456_789_012 + slot);
    const name = `${CUSTOMER.name} ${provider.display} (${['main', 'renamed', 'billing | split'][turn(1) % 3]})`;
    return [
      {
        active: status === 'ready',
        cloud_account_id: accountNumber,
        cloud_provider_display_name: provider.display,
        cloud_provider_id: provider.id,
        cloud_provider_name: provider.name,
        context: 'customer',
        creation_date: '2024-06-11T20:25:33Z',
        datacenters: [],
        display_name: name,
        external_id: null,
        gateway: 'gateway-prod',
        id: `gateway-prod.${FIRST_SERVICE + slot + stage.life * 10}`,
        is_default: slot === 0,
        is_provider_default: false,
        name,
        owner_id: CUSTOMER.id,
        properties: { cloud_account_id: accountNumber },
        status,
        supported_datacenter_ids: null,
        supported_types: ['frame-high'],
      },
    ];
  });
}

/** The master images of a cloud account at a time; undefined if there is no such account. */
export function masterImagesAt(time: number, drift: Drift, cloudServiceId: string) {
  const service = cloudServicesAt(time, drift).findIndex(({ id }) => id === cloudServiceId);
  if (service < 0) return undefined;
  return Array.from({ length: IMAGES }, (_, number) => {
    const slot = 600 + service * IMAGES + number;
    const stage = stageAt(time, drift, slot, number === 0);
    const turn = (attribute: number) => turnOf(stage, attribute, 3);
    const family = choiceOf(FAMILIES, slot, stage.life, 0);
    return {
      isGone: stage.isGone,
      row: {
        description: turn(0) % 2 === 0 ? `${family}, patched` : null,
        id: idOf(11, slot, stage.life),
        instance_types: INSTANCE_TYPES.slice(0, 1 + (turn(1) % INSTANCE_TYPES.length)),
        machine_image_family: {
          display_name: family,
          id: idOf(12, FAMILIES.indexOf(family)),
          name: family.toLowerCase(),
        },
        master_image_copy_required: turn(2) % 2 === 1,
      },
    };
  }).flatMap(({ isGone, row }) => (isGone ? [] : [row]));
}
