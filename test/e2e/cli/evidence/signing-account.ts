import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
export const PRINCIPAL = 'arn:aws:sts::111122223333:assumed-role/operators/alice';

/** A stand-in for KMS, with one key that signs, and for STS, which says whose credentials these are. */
export interface SigningAccount {
  readonly url: string;
  readonly publicKey: KeyObject;
  /** The names of all requested operations, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startSigningAccount(): Promise<SigningAccount> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const operation = operationOf(request, body);
    asked.push(operation);
    if (operation === 'GetCallerIdentity') {
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${PRINCIPAL}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        );
      return;
    }
    const send = (status: number, answer: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    const input = JSON.parse(body) as Record<string, string>;
    if (input.KeyId !== KEY_ARN) return void send(400, { __type: 'NotFoundException', message: 'no such key' });
    if (operation === 'GetPublicKey') {
      const PublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      return void send(200, { KeyId: KEY_ARN, KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', PublicKey });
    }
    const isUnderstood =
      operation === 'Sign' && input.MessageType === 'RAW' && input.SigningAlgorithm === 'ECDSA_SHA_256';
    if (!isUnderstood) return void send(400, { __type: 'ValidationException', message: operation });
    send(200, { KeyId: KEY_ARN, Signature: signText(Buffer.from(input.Message ?? '', 'base64'), privateKey) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey,
    asked,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = String(headers['x-amz-target'] ?? '');
  return target.startsWith('TrentService.')
    ? target.slice('TrentService.'.length)
    : (/Action=(\w+)/.exec(body)?.[1] ?? '');
}

function signText(message: Buffer, privateKey: KeyObject): string {
  return sign('sha256', message, privateKey).toString('base64');
}
