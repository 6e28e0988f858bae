import { expect, test } from 'vitest';
import { summarizeConfig } from '../../../cli/diag/summarize-config.ts';
import { readRefused } from '../../../cli/put-aside/read-refused.ts';
import { parseConfig } from '../../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { AS_FIREHOSE_WRITES } from '../../../functions/destinations/put-aside.ts';
import { findEndpoints } from '../../../local/services/endpoints.ts';
import { connect, SOURCES } from '../../infra/support/draw.ts';

const data = (text: string) => Buffer.from(text).toString('base64');

test('a refused record is read as AWS shows it, with the endpoint’s answer as it came', () => {
  const aws = `{"attemptsMade":5,"arrivalTimestamp":1594265943615,"errorCode":"HttpEndpoint.DestinationException","errorMessage":"Received the following response from the endpoint destination. {"requestId": "109777ac", "rawData":"e30K","errorMessage": "Unauthorized"}", "attemptEndingTimestamp":1594266081318,"rawData":"${data('sample raw data')}","subsequenceNumber":0,"dataId":"4960.0"}`;
  const json = JSON.stringify({
    errorCode: 'HttpEndpoint.RequestTimeout',
    errorMessage: '{"a":1}',
    rawData: data('b\n'),
  });

  const { records, reasons } = readRefused(Buffer.from(`${aws}\n${json}\n`), AS_FIREHOSE_WRITES);

  expect(records.map(String)).toEqual(['sample raw data', 'b\n']);
  expect([...reasons.keys()]).toEqual(['HttpEndpoint.DestinationException', 'HttpEndpoint.RequestTimeout']);
  for (const broken of [
    '{"errorCode":"x","rawData":"e30',
    '{"errorCode":"x"',
    '{"rawData":"not base64!"',
    ''.padEnd(9, '{'),
  ]) {
    expect(() => readRefused(Buffer.from(broken), AS_FIREHOSE_WRITES)).toThrow('Line 1 is not what Firehose writes');
  }
});

test('a URL that is a credential is not in a bug report, and not in what is said at the start', () => {
  const url = 'https://endpoint4.sumologic.com/receiver/v1/kinesis/log/canary-4711';
  const file = {
    connections: [connect(SOURCES[0]?.id ?? '')],
    destinations: [{ id: 'sumo', type: 'http', endpoint: { service: 'sumologic', url } }],
  };
  const config = parseConfig(JSON.stringify(file), 'tidemark.json', SOURCES, DESTINATION_TYPES);

  const told = JSON.stringify(summarizeConfig(config));
  const { endpoints, notes } = findEndpoints(config.destinations, {}, DESTINATION_TYPES);

  expect(told).toContain('"url":"https://endpoint4.sumologic.com/..."');
  expect(notes).toEqual(['Destination sumo: HTTP endpoint at https://endpoint4.sumologic.com']);
  // Without an access key it needs no secret.
  expect([...endpoints.keys()]).toEqual(['sumo']);
  expect(told + notes.join()).not.toContain('canary-4711');
});
