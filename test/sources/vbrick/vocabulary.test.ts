import { expect, test } from 'vitest';
import { VERBS } from '../../../functions/source-kit/acts/verbs.ts';
import { map } from '../../../functions/sources/vbrick/mapping/map.ts';
import { vocabularyComplaints } from '../vocabulary.ts';

const connection = {
  id: 'acme',
  source: 'vbrick',
  origin: 'https://acme.example.com',
  secret: 's',
  settings: { accountId: 'acc-1' },
};
/** Objects of commands, by the kind of thing that the row is about. */
const OBJECTS: Readonly<Record<string, string>> = {
  'Network:User': 'User Roles Role UserPassword License Account UserToTeam RolesToUser RolesFromUser UserToGroup',
  'Network:UserAccess': 'User Account LoginSettings',
  'Network:Group': 'Group GroupMembers UsersToGroup UsersFromGroup Members',
  'Network:Role': 'Role RoleMember Member RoleToUser',
  'Network:Account': 'SsoSettings SamlProvider Branding Account',
  'Devices:DmeDevice': 'Dme DmeStatus Device Preset',
  'Devices:EncoderDevice': 'Encoder EncoderPreset EncoderStatus',
  'Devices:LdapConnectorDevice': 'LdapConnector Connector',
  'Devices:CustomDevice': 'CustomDevice Status',
  'Media:Video': 'Video VideoComment Comment VideoSettings CommentToVideo Media VideoOwner',
  'ScheduledEvents:Webcast': 'Webcast Event WebcastStatus Question QuestionToWebcast',
  'Network:Quantum': 'Quantum Tunnel',
};
const STATES = [
  {},
  {
    PreviousState: '{"Status":"Active","AccessControl":"Private"}',
    CurrentState: '{"Status":"Odd","AccessControl":"Public"}',
  },
  { PreviousState: 'null', CurrentState: '{"Status":"Active","AccessControl":"Public","RoleIds":["r"]}' },
  { PreviousState: '{"RoleIds":["r"]}', CurrentState: '{"RoleIds":["r","s"]}' },
  { PreviousState: '{"RoleIds":["r"],"Status":"LockedOut"}', CurrentState: '{"RoleIds":[],"Status":"Active"}' },
];
const verbs = Object.values(VERBS).flatMap((dones) => Object.values(dones).flatMap((words) => words.split(' ')));

test.each([...verbs, 'record'])('what can be done, %s, has one name and one class', (verb) => {
  const rows = Object.entries(OBJECTS).flatMap(([EntityKey, objects]) =>
    [...objects.split(' '), ''].flatMap((object) =>
      STATES.map((states) => {
        const command = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}${object}`;
        const value = { MessageKey: `${EntityKey.split(':')[0]}:${command}`, EntityKey, EntityId: 'x', ...states };
        return { value, text: '' };
      }),
    ),
  );
  const events = [true, false].flatMap((includeStates) =>
    rows.map((row) => map(row, {}, { ...connection, settings: { ...connection.settings, includeStates } })),
  );

  expect([...new Set(events.flatMap(vocabularyComplaints))]).toEqual([]);
});
