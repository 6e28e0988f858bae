import { pick } from '../../random.ts';
import { type Happened, pickStory, type Story } from './story.ts';
import { DEVICES, type Device, PEOPLE, type Thing, VIDEOS, WEBCASTS } from './tenant.ts';

/** None of these keys is documented; `{kind}` is what the device is: `ModifyDme`. */
const DEVICE_STORIES: readonly Story<Device>[] = [
  { weight: 2, key: 'Add{kind}', tell: ({ name }) => ({ says: { Name: name }, before: null, after: { Name: name } }) },
  {
    weight: 4,
    key: 'Modify{kind}',
    tell: ({ name }) => ({ says: { Name: name }, before: { Name: `${name}-spare` }, after: { Name: name } }),
  },
  {
    weight: 4,
    key: 'Update{kind}Status',
    isOfSystem: true,
    tell: ({ name }) => ({
      says: { DeviceStatus: 'Unreachable' },
      before: { Name: name, DeviceStatus: 'Active' },
      after: { Name: name, DeviceStatus: 'Unreachable' },
    }),
  },
  { weight: 1, key: 'Delete{kind}', tell: ({ name }) => ({ says: {}, before: { Name: name }, after: null }) },
];

function videoState(title: string, changes: object = {}): object {
  return { Title: title, AccessControl: 'AllUsers', IsActive: true, ...changes };
}

/** Only `SaveVideoSettings` is documented. */
const VIDEO_STORIES: readonly Story<Thing>[] = [
  {
    weight: 3,
    key: 'AddVideo',
    tell: ({ name }) => ({ says: { Title: name }, before: null, after: videoState(name, { IsActive: false }) }),
  },
  {
    weight: 6,
    key: 'SaveVideoSettings',
    tell(video, random) {
      const access = pick(random, ['Public', 'Private', 'TrustedIPs']);
      const description = pick(random, ['', 'Line one\r\nline two', 'Preis: 5 €, "netto"']);
      const settings = {
        Title: video.name,
        Description: description,
        AccessControl: access,
        OwnerUserId: pick(random, PEOPLE).id,
      };
      return {
        says: { Settings: settings },
        before: videoState(video.name),
        after: videoState(video.name, { AccessControl: access }),
      };
    },
  },
  {
    weight: 2,
    key: 'SetVideoOwner',
    tell(video, random) {
      const [from, to] = [pick(random, PEOPLE).id, pick(random, PEOPLE).id];
      return {
        says: { OwnerUserId: to },
        before: videoState(video.name, { OwnerUserId: from }),
        after: videoState(video.name, { OwnerUserId: to }),
      };
    },
  },
  { weight: 1, key: 'DeleteVideo', tell: ({ name }) => ({ says: {}, before: videoState(name), after: null }) },
];

/** None of these keys is documented. */
const WEBCAST_STORIES: readonly Story<Thing>[] = [
  {
    weight: 3,
    key: 'AddWebcast',
    tell: ({ name }) => ({ says: { Title: name }, before: null, after: { Title: name, AccessControl: 'Private' } }),
  },
  {
    weight: 5,
    key: 'ModifyWebcast',
    tell: ({ name }) => ({
      says: { AccessControl: 'Public' },
      before: { Title: name, AccessControl: 'Private' },
      after: { Title: name, AccessControl: 'Public' },
    }),
  },
  {
    weight: 2,
    key: 'UpdateWebcastStatus',
    isOfSystem: true,
    tell: ({ name }) => ({
      says: {},
      before: { Title: name, Status: 'Scheduled' },
      after: { Title: name, Status: 'Broadcasting' },
    }),
  },
  { weight: 1, key: 'DeleteWebcast', tell: ({ name }) => ({ says: {}, before: { Title: name }, after: null }) },
];

/** A device was added, changed, lost or removed. */
export function deviceHappened(random: () => number): Happened {
  const device = pick(random, DEVICES);
  const story = pickStory(random, DEVICE_STORIES);
  const change = story.tell(device, random);
  return {
    ...change,
    messageKey: `Devices:${story.key.replace('{kind}', device.kind.replace('Device', ''))}`,
    entityKey: `Devices:${device.kind}`,
    entityId: device.id,
    actor: story.isOfSystem ? null : pick(random, PEOPLE),
    says: { DeviceId: device.id, ...change.says },
  };
}

/** A video was added, changed or removed. */
export function videoHappened(random: () => number): Happened {
  return thingHappened(random, VIDEOS, VIDEO_STORIES, 'Media', 'Video');
}

/** A webcast was planned, changed, started or removed. */
export function webcastHappened(random: () => number): Happened {
  return thingHappened(random, WEBCASTS, WEBCAST_STORIES, 'ScheduledEvents', 'Webcast');
}

function thingHappened(
  random: () => number,
  things: readonly Thing[],
  stories: readonly Story<Thing>[],
  area: string,
  what: string,
): Happened {
  const thing = pick(random, things);
  const story = pickStory(random, stories);
  const change = story.tell(thing, random);
  return {
    ...change,
    messageKey: `${area}:${story.key}`,
    entityKey: `${area}:${what}`,
    entityId: thing.id,
    actor: story.isOfSystem ? null : pick(random, PEOPLE),
    says: { [`${what}Id`]: thing.id, ...change.says },
  };
}
