import type { ServerResponse } from 'node:http';
import type { ServerFaults } from './faults.ts';

/** An answer, before faults of the connection strike it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Number of records in it. */
  readonly rows?: number;
  /** The request was carried out, but the connection breaks before the answer. */
  readonly isLost?: boolean;
}

/** Faults of the connection while a body is sent. */
export interface WireFaults {
  readonly cut?: ServerFaults['cut'];
  readonly slowBody?: ServerFaults['slowBody'];
}

const SLICES_PER_SECOND = 10;

/** Writes an answer: completely, cut, broken off or slowly. */
export function sendReply(response: ServerResponse, reply: Reply, wire: WireFaults): void {
  const whole = Buffer.from(reply.body);
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  const announced = wire.cut && !wire.cut.destroy ? half : whole;
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(announced.length) });
  if (wire.cut?.destroy) {
    response.write(half, () => response.destroy());
  } else if (wire.slowBody) {
    sendSlowly(response, announced, wire.slowBody.bytesPerSecond);
  } else {
    response.end(announced);
  }
}

function sendSlowly(response: ServerResponse, body: Buffer, bytesPerSecond: number): void {
  const sliceBytes = Math.max(1, Math.round(bytesPerSecond / SLICES_PER_SECOND));
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= body.length || response.destroyed) {
      clearInterval(timer);
      response.end();
      return;
    }
    response.write(body.subarray(sent, sent + sliceBytes));
    sent += sliceBytes;
  }, 1000 / SLICES_PER_SECOND);
}
