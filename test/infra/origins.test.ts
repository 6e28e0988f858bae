import { expect, test } from 'vitest';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { checkDeployable } from '../../lib/check-deployable.ts';
import { originsFile } from '../../lib/plan/origins-file.ts';
import { madeUpSource } from '../made-up/source.ts';

const source = madeUpSource();

function configure(...tokenUrls: string[]) {
  const connections = tokenUrls.map((tokenUrl, at) => ({
    id: `acme-${at}`,
    source: source.id,
    secret: 'tidemark/memory/acme',
    settings: { tenant: 'acme', tokenUrl },
  }));
  const file = { connections, destinations: [{ id: 'lake', type: 's3' }] };
  return parseConfig(JSON.stringify(file), 'tidemark.json', [source], DESTINATION_TYPES);
}

test('what is deployed lists the origins of token endpoints beside the API’s own, each once', () => {
  const { connections } = configure(
    'https://login.example.com/one/token',
    'https://login.example.com/two/token',
    'https://login.example.net:8443/token',
  );

  const list: unknown = JSON.parse(originsFile({ auth: source.auth, connections }));

  expect(list).toEqual({
    'tidemark/memory/acme': ['https://api.example.com', 'https://login.example.com', 'https://login.example.net:8443'],
  });
});

test('a token URL on one’s own machine cannot be deployed', () => {
  const check = (tokenUrl: string) => () =>
    checkDeployable(configure(tokenUrl), [source], DESTINATION_TYPES, 'tidemark.json');

  expect(check('https://login.example.com/token')).not.toThrow();
  expect(check('http://127.0.0.1:8080/token')).toThrow(
    '$.connections[0]: its token URL is "http://127.0.0.1:8080/token", wanted https',
  );
});
