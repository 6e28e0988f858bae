import { hostname } from 'node:os';
import { join } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import { VERSION } from '../../functions/shell/version.ts';
import type { OpenedCloud } from '../cloud/open-cloud.ts';
import { type CheckedSet, checkSet } from '../evidence/check-set.ts';
import { type EvidenceDocument, makeDocument, type Total } from '../evidence/document.ts';
import { gather } from '../evidence/gather.ts';
import { openLocalKey } from '../evidence/local-key.ts';
import { type PeriodOptions, periodOf } from '../evidence/period.ts';
import { namesFor, type SetNames } from '../evidence/set-names.ts';
import { fingerprintOf, pemOf, type Signer } from '../evidence/signer.ts';
import { makeFolder, writeSet } from '../evidence/write-set.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions, Opened } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { paint } from '../views/paint.ts';
import { print, printJson, tell } from '../views/terminal.ts';

export interface EvidenceOptions extends FeedOptions, PeriodOptions {
  /** A file to check, instead of making evidence. */
  readonly check?: string;
  readonly key?: string;
}

const USUAL_FOLDER = 'evidence';

/** Makes evidence of a period, or checks one. Exit code 1 if what is checked is not whole. */
export async function evidence(options: EvidenceOptions): Promise<number> {
  if (options.check !== undefined) return await check(options, options.check);
  if (options.key !== undefined) throw wrong('--key is for --check', 'Leave it out: each place has a key of its own.');
  const { out = USUAL_FOLDER, ...place } = options;
  const now = new Date();
  const period = periodOf(options, now);
  const names = namesFor(period.name);
  makeFolder(out);
  const opened = await open(place);
  try {
    const { signer, where } = await openSigner(opened, options);
    const gathered = await gather(opened, period, tellShare(now));
    const document = makeDocument(gathered, period, {
      madeAt: now.toISOString(),
      madeBy: await opened.who(),
      place: where,
      version: VERSION,
      feedPattern: options.feed ?? '*',
      keyFingerprint: fingerprintOf(signer.publicKey),
    });
    const files = await writeSet(out, names, document, signer);
    const publicKey = pemOf(signer.publicKey);
    if (options.json) printJson(summaryOf(document, files, publicKey));
    else print(sayMade({ document, files, publicKey, names, out }));
    return 0;
  } finally {
    await opened.close();
  }
}

/** The key of the deployment or of the state directory, and which of them it is. */
async function openSigner(opened: Opened, options: EvidenceOptions): Promise<{ signer: Signer; where: string }> {
  if (!options.cloud) return { signer: openLocalKey(options.state), where: `a state directory on ${hostname()}` };
  const { openCloudKey } = await import('../cloud/evidence-key.ts');
  const signer = await openCloudKey((opened as OpenedCloud).account);
  return { signer, where: `the deployment that is signed for by ${signer.arn}` };
}

/** Counting the delivered events of a large feed takes a while. */
const SILENT_MS = 2_000;

function tellShare(start: Date): (share: number) => void {
  return (share) => {
    if (share < 1 && Date.now() - start.getTime() > SILENT_MS)
      tell(`${Math.floor(share * 100)} % of the days are counted`);
  };
}

function summaryOf(document: EvidenceDocument, files: readonly string[], publicKey: string) {
  const { from, to, keyFingerprint, feeds } = document;
  const results = feeds.map(({ feed, verdict, reasons, totals }) => ({ feed, verdict, reasons, totals }));
  return { from, to, files, publicKey, keyFingerprint, feeds: results };
}

interface Made {
  readonly document: EvidenceDocument;
  readonly files: readonly string[];
  readonly publicKey: string;
  readonly names: SetNames;
  readonly out: string;
}

function sayMade({ document, files, publicKey, names, out }: Made): string {
  const rows = document.feeds.map(({ feed, verdict, totals, gaps, accessLost, moves }) => [
    feed,
    paint(verdict === 'complete' ? 'good' : verdict === 'incomplete' ? 'bad' : 'warn', verdict),
    ...[totals.vendor, totals.delivered, totals.missing, totals.repaired, totals.late].map(sumText),
    gaps.length,
    accessLost.length,
    moves.length,
  ]);
  const head = ['feed', 'result', 'vendor', 'delivered', 'missing', 'repaired', 'late', 'gaps', 'access lost', 'moved'];
  const reasons = document.feeds
    .filter(({ verdict }) => verdict !== 'complete')
    .map(({ feed, reasons: why }) => `  ${feed}: ${why.join('; ')}`);
  return [
    paint('strong', `${document.from} to ${document.to}, whole days in UTC`),
    columns(head, rows),
    ...reasons,
    '',
    ...files,
    '',
    `Public key. Keep it outside, where nobody who can change these files can change it (SHA-256 ${document.keyFingerprint}):`,
    publicKey.trimEnd(),
    '',
    'To check the signature and the files, now or in years:',
    `  tidemark evidence --check ${join(out, names.manifest)} --key KEY.pem`,
    `  openssl dgst -sha256 -verify KEY.pem -signature ${join(out, names.signature)} ${join(out, names.manifest)}`,
    `  (cd ${out} && sha256sum --check ${names.manifest})`,
  ].join('\n');
}

/** A number, or why there is none. A sum that does not know some days says so. */
function sumText({ sum, unknownDays }: Total): string | number {
  if (sum === 'not applicable') return '-';
  return typeof sum === 'number' && unknownDays > 0 ? `${sum.toLocaleString('en-US')} + unknown` : sum;
}

async function check({ key, json, month, from, to }: EvidenceOptions, file: string): Promise<number> {
  if (month !== undefined || from !== undefined || to !== undefined) {
    throw wrong('--check checks what is there, and makes nothing', 'Leave out --month, --from and --to.');
  }
  const checked = await checkSet(file, key);
  if (json) printJson(checked);
  else print(sayChecked(checked));
  return checked.ok ? 0 : 1;
}

function sayChecked({ ok, parts, keyIsGiven, fingerprint }: CheckedSet): string {
  const rows = parts.map(({ name, problem }) => [
    name,
    problem === undefined ? paint('good', 'ok') : paint('bad', problem),
  ]);
  const result = ok
    ? keyIsGiven
      ? paint('good', 'whole: nothing was changed since it was signed')
      : paint('warn', 'the files fit each other, but who has signed them is not proven')
    : paint('bad', 'NOT WHOLE: do not trust it');
  const keyText = fingerprint === undefined ? '' : ` (SHA-256 ${fingerprint})`;
  const origin = keyIsGiven
    ? `Checked with your key${keyText}.`
    : `Checked with the key beside the files${keyText}: this shows only that the files fit each other, not who made them. Give the key that you have kept: --key PEM.`;
  return [columns(['file', 'result'], rows), result, origin].join('\n');
}

function wrong(what: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message: `${what}.`, remedy });
}
