import { NetworkError } from '../../../../functions/core/errors.ts';
import { MILLISECOND } from '../../../../functions/core/time.ts';
import { Http } from '../../../../functions/shell/network/http.ts';

// What a process with this environment gets from an origin: Node reads NODE_EXTRA_CA_CERTS only when it starts.

const [origin = '', timeoutMs = ''] = process.argv.slice(2);
const http = new Http(origin, undefined);
try {
  for (let turn = 0; turn < 2; turn++) {
    const { text } = await http.send(
      { url: '/logs' },
      { authorization: 'Bearer hunter2' },
      Number(timeoutMs) * MILLISECOND,
    );
    process.stdout.write(`${text}\n`);
  }
} catch (thrown) {
  if (!(thrown instanceof NetworkError)) throw thrown;
  process.stdout.write(`${thrown.message}\n`);
} finally {
  http.close();
}
