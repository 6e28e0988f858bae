import { pick } from '../../random.ts';
import { type EventContent, pickStory, type Story } from './story.ts';
import { DEVICES, type Device, PEOPLE, type Thing, VIDEOS, WEBCASTS } from './tenant.ts';

/** None of these keys is documented. `{kind}` is the kind of device, as in `ModifyDme`. */
const DEVICE_STORIES: readonly Story<Device>[] = [
  {
    weight: 2,
    key: 'Add{kind}',
    change: ({ name }) => ({ command: { Name: name }, before: null, after: { Name: name } }),
  },
  {
    weight: 4,
    key: 'Modify{kind}',
    change: ({ name }) => ({ command: { Name: name }, before: { Name: `${name}-spare` }, after: { Name: name } }),
  },
  {
    weight: 4,
    key: 'Update{kind}Status',
    bySystem: true,
    change: ({ name }) => ({
      command: { DeviceStatus: 'Unreachable' },
      before: { Name: name, DeviceStatus: 'Active' },
      after: { Name: name, DeviceStatus: 'Unreachable' },
    }),
  },
  { weight: 1, key: 'Delete{kind}', change: ({ name }) => ({ command: {}, before: { Name: name }, after: null }) },
];

function videoState(title: string, changes: object = {}): object {
  return { Title: title, AccessControl: 'AllUsers', IsActive: true, ...changes };
}

/** Only `SaveVideoSettings` is documented. */
const VIDEO_STORIES: readonly Story<Thing>[] = [
  {
    weight: 3,
    key: 'AddVideo',
    change: ({ name }) => ({ command: { Title: name }, before: null, after: videoState(name, { IsActive: false }) }),
  },
  {
    weight: 6,
    key: 'SaveVideoSettings',
    change(video, random) {
      const access = pick(random, ['Public', 'Private', 'TrustedIPs']);
      const description = pick(random, ['', 'Line one\r\nline two', 'Preis: 5 €, "netto"']);
      const settings = {
        Title: video.name,
        Description: description,
        AccessControl: access,
        OwnerUserId: pick(random, PEOPLE).id,
      };
      return {
        command: { Settings: settings },
        before: videoState(video.name),
        after: videoState(video.name, { AccessControl: access }),
      };
    },
  },
  {
    weight: 2,
    key: 'SetVideoOwner',
    change(video, random) {
      const [from, to] = [pick(random, PEOPLE).id, pick(random, PEOPLE).id];
      return {
        command: { OwnerUserId: to },
        before: videoState(video.name, { OwnerUserId: from }),
        after: videoState(video.name, { OwnerUserId: to }),
      };
    },
  },
  { weight: 1, key: 'DeleteVideo', change: ({ name }) => ({ command: {}, before: videoState(name), after: null }) },
];

/** None of these keys is documented. */
const WEBCAST_STORIES: readonly Story<Thing>[] = [
  {
    weight: 3,
    key: 'AddWebcast',
    change: ({ name }) => ({
      command: { Title: name },
      before: null,
      after: { Title: name, AccessControl: 'Private' },
    }),
  },
  {
    weight: 5,
    key: 'ModifyWebcast',
    change: ({ name }) => ({
      command: { AccessControl: 'Public' },
      before: { Title: name, AccessControl: 'Private' },
      after: { Title: name, AccessControl: 'Public' },
    }),
  },
  {
    weight: 2,
    key: 'UpdateWebcastStatus',
    bySystem: true,
    change: ({ name }) => ({
      command: {},
      before: { Title: name, Status: 'Scheduled' },
      after: { Title: name, Status: 'Broadcasting' },
    }),
  },
  { weight: 1, key: 'DeleteWebcast', change: ({ name }) => ({ command: {}, before: { Title: name }, after: null }) },
];

/** A device was added, changed, lost or removed. */
export function deviceEvent(random: () => number): EventContent {
  const device = pick(random, DEVICES);
  const story = pickStory(random, DEVICE_STORIES);
  const change = story.change(device, random);
  return {
    ...change,
    messageKey: `Devices:${story.key.replace('{kind}', device.kind.replace('Device', ''))}`,
    entityKey: `Devices:${device.kind}`,
    entityId: device.id,
    actor: story.bySystem ? null : pick(random, PEOPLE),
    command: { DeviceId: device.id, ...change.command },
  };
}

/** A video was added, changed or removed. */
export function videoEvent(random: () => number): EventContent {
  return thingEvent(random, { things: VIDEOS, stories: VIDEO_STORIES, area: 'Media', kind: 'Video' });
}

/** A webcast was planned, changed, started or removed. */
export function webcastEvent(random: () => number): EventContent {
  return thingEvent(random, {
    things: WEBCASTS,
    stories: WEBCAST_STORIES,
    area: 'ScheduledEvents',
    kind: 'Webcast',
  });
}

interface Subject {
  readonly things: readonly Thing[];
  readonly stories: readonly Story<Thing>[];
  /** The first part of MessageKey and EntityKey. */
  readonly area: string;
  /** The second part of EntityKey. */
  readonly kind: string;
}

function thingEvent(random: () => number, { things, stories, area, kind }: Subject): EventContent {
  const thing = pick(random, things);
  const story = pickStory(random, stories);
  const change = story.change(thing, random);
  return {
    ...change,
    messageKey: `${area}:${story.key}`,
    entityKey: `${area}:${kind}`,
    entityId: thing.id,
    actor: story.bySystem ? null : pick(random, PEOPLE),
    command: { [`${kind}Id`]: thing.id, ...change.command },
  };
}
