import { source } from '../../../functions/sources/vbrick/source.ts';
import { testStableFields } from '../stable-fields.ts';

testStableFields([
  {
    source,
    stream: 'users',
    file: 'created-and-deleted.csv',
    same: { Message: '{"FirstName":"Renamed"}', CurrentState: '{}' },
    others: [
      { MessageKey: 'Network:Other' },
      { EntityId: 'other' },
      { EntityKey: 'Network:Other' },
      { When: 'x' },
      { Principal: '{"Id":"other"}' },
    ],
  },
]);
