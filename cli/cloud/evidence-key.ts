import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { TidemarkError } from '../../functions/core/errors.ts';
import { EVIDENCE_KEY } from '../../lib/account/outputs.ts';
import type { Signer } from '../evidence/signer.ts';
import type { CloudAccount } from './account.ts';
import { sayAwsError } from './aws-error.ts';

/** The key of a deployment. Its private part never leaves KMS. */
export async function openCloudKey(account: CloudAccount): Promise<Signer & { readonly arn: string }> {
  const arn = await account.output('state', EVIDENCE_KEY);
  const client = new KMSClient(account.clientOptions);
  const publicKey = await readPublic(client, arn);
  return {
    arn,
    publicKey,
    sign: async (text) => {
      // KMS takes a text of up to 4 KB. A manifest has two lines.
      const command = new SignCommand({
        KeyId: arn,
        Message: text,
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      const { Signature } = await client.send(command).catch((thrown: unknown) => {
        throw sayAwsError(`${arn} could not sign`, thrown);
      });
      return Signature ?? new Uint8Array();
    },
  };
}

async function readPublic(client: KMSClient, arn: string): Promise<KeyObject> {
  const { PublicKey, KeySpec } = await client.send(new GetPublicKeyCommand({ KeyId: arn })).catch((thrown: unknown) => {
    throw sayAwsError(`The public key of ${arn} cannot be read`, thrown);
  });
  if (PublicKey && KeySpec === 'ECC_NIST_P256') {
    return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  }
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${arn} is a key of the kind ${KeySpec ?? 'unknown'}, wanted ECC_NIST_P256.`,
    remedy: 'Deploy the state stack again: npx cdk deploy Tidemark/State.',
  });
}
