import { findBenchSources } from '../sources/find.ts';
import type { Order } from './messages.ts';
import { Endpoints } from './server.ts';

// The process of the endpoints. It is started with an IPC channel, says its port, and then does what it is asked, in turn.

const sources = await findBenchSources();
const vendors = new Map(sources.map(({ id, endpoint }) => [id, endpoint]));
const secrets = Object.fromEntries(sources.map(({ id, secret }) => [`tidemark/${id}/bench`, JSON.stringify(secret)]));
const endpoints = new Endpoints(vendors, secrets);

process.on('message', (order: Order) => process.send?.({ done: obey(order) ?? null }));
process.on('disconnect', () => process.exit());
process.send?.({ done: await endpoints.listen() });

function obey(order: Order): unknown {
  switch (order.ask) {
    case 'log':
      return endpoints.fill(order.source, order.shape);
    case 'latency':
      endpoints.latency = order.latency;
      return;
    case 'clock':
      endpoints.ahead = order.at - Date.now();
      return;
    case 'empty table':
      return endpoints.table.clear();
    case 'counters':
      return endpoints.counting.take();
  }
}
