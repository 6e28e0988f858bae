import { source } from '../../../functions/sources/frame/source.ts';
import { testStableFields } from '../stable-fields.ts';

testStableFields([
  {
    source,
    stream: 'usage',
    file: 'documented-sample.json',
    same: { hours_used: 77, datacenter: 'renamed', account: 'renamed', instance_type: 'renamed' },
    others: [
      { time: 1 },
      { account_external_id: 'x' },
      { datacenter_id: 'x' },
      { instance_type_id: 'x' },
      { server_type: 'x' },
    ],
  },
  {
    source,
    stream: 'disk-volume-usage',
    file: 'documented-sample.json',
    same: { hours_used: 77, disk_volume_size_used: 5, account: 'renamed' },
    others: [{ time: 1 }, { account_external_id: 'x' }, { datacenter_id: 'x' }, { disk_volume_type_id: 'x' }],
  },
]);
