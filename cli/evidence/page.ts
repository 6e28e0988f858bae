import type { EvidenceDay, Known } from '../../functions/core/invocation/feed-evidence.ts';
import type { EvidenceDocument, EvidenceFeed, Total } from './document.ts';
import { html, type Markup } from './markup.ts';
import { STYLE } from './page-style.ts';
import type { SetNames } from './set-names.ts';

/**
 * The evidence as one page to read and to print. It has no script, loads nothing, and shows whatever the functions say as text: a
 * message in it may be a vendor's.
 */
export function makePage(document: EvidenceDocument, names: SetNames): string {
  const { from, to, feeds } = document;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>Evidence ${from} to ${to}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${summary(document)}
${feeds.map(feedPart)}
${meaning()}
${howToCheck(document, names)}
</main>
</body>
</html>
`;
  return page.text;
}

function summary(document: EvidenceDocument): Markup {
  const { from, to, madeAt, madeBy, place, version, feedPattern, codeNow, feeds, left, keyFingerprint } = document;
  const which = feedPattern === '*' ? 'all that are configured and enabled' : `only those that fit ${feedPattern}`;
  const code = Object.entries(codeNow).map(([source, one]) => html`<li>${source}: <code>${one}</code></li>`);
  return html`<header>
<h1>Audit log forwarding: evidence</h1>
<p class="period">${from} to ${to}, whole days in UTC</p>
<dl>
<dt>Made</dt><dd>${madeAt} by <bdi>${madeBy}</bdi></dd>
<dt>Of</dt><dd><bdi>${place}</bdi></dd>
<dt>Feeds</dt><dd><bdi>${which}</bdi></dd>
<dt>With</dt><dd>tidemark ${version}</dd>
<dt>Signing key</dt><dd><code>${keyFingerprint}</code> (SHA-256 of the public key)</dd>
<dt>Code at work now</dt><dd><ul class="plain">${code}</ul></dd>
</dl>
</header>
<section>
<h2>Summary</h2>
<table>
<thead><tr><th>Feed</th><th>Result</th><th class="number">At the vendor</th><th class="number">Delivered</th><th class="number">Missing</th><th class="number">Repaired</th><th class="number">Late</th><th class="number">Gaps</th><th class="number">Access lost</th><th class="number">Moved</th></tr></thead>
<tbody>
${feeds.map(summaryRow)}
</tbody>
</table>
${left.length === 0 ? html`` : html`<p>No longer configured, and not in this evidence: ${left.map(({ feed }) => feed).join(', ')}.</p>`}
</section>`;
}

function summaryRow(feed: EvidenceFeed): Markup {
  const { totals, verdict, reasons, gaps, accessLost, moves } = feed;
  return html`<tr><th scope="row"><bdi>${feed.feed}</bdi></th><td class="${classOf(feed)}"><strong>${verdict}</strong><br>${reasons.join('; ')}</td>${[
    totals.vendor,
    totals.delivered,
    totals.missing,
    totals.repaired,
    totals.late,
  ].map(totalCell)}${[gaps, accessLost, moves].map(({ length }) => html`<td class="number">${length}</td>`)}</tr>`;
}

function classOf({ verdict }: EvidenceFeed): string {
  return verdict === 'complete' ? 'good' : verdict === 'incomplete' ? 'bad' : 'open';
}

function totalCell({ sum, unknownDays }: Total): Markup {
  const rest =
    typeof sum === 'number' && unknownDays > 0 ? html`<br><small>${unknownDays} days unknown</small>` : html``;
  return html`<td class="number">${shown(sum)}${rest}</td>`;
}

function feedPart(feed: EvidenceFeed): Markup {
  const { state, watermark, readsSince, inQuarantineNow, days, owed, recordedSince } = feed;
  return html`<section class="feed">
<h2><bdi>${feed.feed}</bdi></h2>
<p class="${classOf(feed)}"><strong>${feed.verdict}</strong>: ${feed.reasons.join('; ')}.</p>
<dl>
<dt>Reads since</dt><dd>${readsSince}</dd>
<dt>Read up to</dt><dd>${watermark}</dd>
<dt>State when made</dt><dd>${state}</dd>
<dt>In quarantine now</dt><dd>${inQuarantineNow}</dd>
</dl>
<h3>Days</h3>
<table>
<thead><tr><th>Day (UTC)</th><th class="number">At the vendor</th><th class="number">Delivered</th><th class="number">Missing</th><th class="number">Repaired</th><th class="number">Late</th><th class="number">Unmapped</th><th class="number">Quarantined</th><th>Verified</th><th>Remarks</th></tr></thead>
<tbody>
${days.map(dayRow)}
</tbody>
</table>
${list('Gaps: ranges that were not read', feed.gaps, ({ from, to, reason, foundOn }) => `${from} to ${to}: ${reason}, found on ${foundOn}`)}
${list('Access lost', feed.accessLost, ({ since, until, reason, message }) => `${since} to ${until ?? 'now (it lasts)'}: ${reason}: ${message}`)}
${list('Conditions that mean that events may be missing', feed.conditions, ({ since, until, name, message }) => `${since} to ${until ?? 'now (it lasts)'}: ${name}: ${message}`)}
${list('Watermark moved', feed.moves, ({ at, from, to, by }) => `${at}: from ${from} to ${to}, by ${by}`)}
${list('Owed to destinations', owed, ({ destination, from, to, since }) => `${destination}: ${from} to ${to}, since ${since}`)}
${list('Backfills', feed.backfills, ({ id, from, to, state: done, total }) => `${id}: ${from} to ${to}, ${done}, ${total.delivered} delivered`)}
${list('Code at work', codeSpans(days), (span) => span)}
<p class="note">${recordedNote(recordedSince, days)}</p>
</section>`;
}

/** Nothing recorded and nothing happened are not the same. */
function recordedNote(since: Known<string>, days: readonly EvidenceDay[]): string {
  const what = 'Access losses, conditions that have ended, and moved watermarks';
  if (since === 'unknown')
    return `${what} are unknown: no version at work on these days is known to have recorded them.`;
  if (since <= (days[0]?.day ?? since)) return `${what} were recorded on all of these days.`;
  return `${what} were recorded from ${since} on. Those before are unknown.`;
}

/** The days on which the same code was at work, in one line. */
function codeSpans(days: readonly EvidenceDay[]): string[] {
  const spans: { code: string; from: string; to: string }[] = [];
  for (const { day, code } of days) {
    const text = typeof code === 'string' ? code : code.join(', ');
    const last = spans.at(-1);
    if (last?.code === text) last.to = day;
    else spans.push({ code: text, from: day, to: day });
  }
  return spans.map(({ code, from, to }) => `${from === to ? from : `${from} to ${to}`}: ${code}`);
}

function dayRow(day: EvidenceDay): Markup {
  const { vendor, delivered, missing, repaired, late, unmapped, quarantined, verifications, remark } = day;
  const figures = [vendor, delivered, missing, repaired, late, unmapped, quarantined];
  const last = verifications.at(-1);
  const verified = last ? last.at.slice(0, 10) : vendor === 'not applicable' ? '' : 'never';
  const isBad = typeof missing === 'number' && missing > 0;
  return html`<tr class="${isBad ? 'bad' : ''}"><th scope="row">${day.day}</th>${figures.map(figureCell)}<td>${verified}</td><td>${[
    ...(remark === undefined ? [] : [remark]),
    ...unevenDestinations(day),
    ...remarksOf(day),
  ].join(' ')}</td></tr>`;
}

/** Destinations that have not the same number of events. */
function unevenDestinations({ delivered, destinations }: EvidenceDay): string[] {
  if (typeof destinations === 'string') return [];
  const entries = Object.entries(destinations);
  if (entries.every(([, count]) => count === delivered)) return [];
  return [`Delivered: ${entries.map(([id, count]) => `${id} ${count}`).join(', ')}.`];
}

function remarksOf({ verifiedPart, verifications, earlierVerifications = 0 }: EvidenceDay): string[] {
  const found = verifications.filter(({ missing }) => missing > 0);
  const unsure = verifications.at(-1)?.unsure === undefined ? undefined : verifications.at(-1)?.note;
  return [
    ...(verifiedPart ? [`Verified only from ${verifiedPart.from} to ${verifiedPart.to}.`] : []),
    ...found.map(({ at, missing, repaired }) => `${at}: ${missing} missing, ${repaired} of them repaired.`),
    ...(unsure === undefined ? [] : [`Not proven: ${unsure}.`]),
    ...(earlierVerifications > 0 ? [`${earlierVerifications} verifications before are not listed.`] : []),
  ];
}

function figureCell(figure: Known<number>): Markup {
  return html`<td class="number${typeof figure === 'number' ? '' : ' open'}">${shown(figure)}</td>`;
}

function shown(figure: Known<number>): string | number {
  return figure === 'not applicable' ? '–' : figure;
}

function list<T>(title: string, all: readonly T[], line: (one: T) => string): Markup {
  if (all.length === 0) return html`<h3>${title}</h3><p>None.</p>`;
  return html`<h3>${title}</h3><ul>${all.map((one) => html`<li><bdi>${line(one)}</bdi></li>`)}</ul>`;
}

const FIGURES: readonly (readonly [string, string])[] = [
  ['At the vendor', 'events of the day that the vendor had when the day was last verified.'],
  ['Delivered', 'different events of the day that were delivered, to any destination.'],
  ['Missing', 'events that the vendor had, that were not delivered, and that the same verification did not repair.'],
  ['Repaired', 'events that verifications of the day have found missing, and have delivered.'],
  ['Late', 'events that were found on that day after their range had been read. They were delivered.'],
  [
    'Unmapped',
    'events that could not be put into the form of the destination. They were delivered as errors, with the original inside.',
  ],
  [
    'Quarantined',
    'events and answers that were put aside on that day because a destination could not take them whole, or because they could not be read.',
  ],
  ['unknown', 'it was not recorded, by this version or by one before. It does not mean zero.'],
  ['–', 'there cannot be such a figure: a vendor keeps no past of its configuration.'],
];

function meaning(): Markup {
  const rows = FIGURES.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`);
  return html`<section>
<h2>What the figures mean</h2>
<dl>${rows}</dl>
<p>Delivered means: accepted by the delivery stream of each destination that is to get the event. That the destination has stored it is not shown here. The vendor’s count is what its interface showed to the credentials in use.</p>
</section>`;
}

function howToCheck({ keyFingerprint }: EvidenceDocument, names: SetNames): Markup {
  return html`<section>
<h2>How to check this page</h2>
<p>${names.manifest} has the SHA-256 hash of this page and of ${names.json}, and ${names.signature} is its signature (ECDSA with P-256 and SHA-256). Use the public key that you have kept since it was made; the SHA-256 of its DER form is <code>${keyFingerprint}</code>.</p>
<pre>openssl dgst -sha256 -verify KEY.pem -signature ${names.signature} ${names.manifest}
sha256sum --check ${names.manifest}</pre>
<p>Or both at once: <code>tidemark evidence --check ${names.manifest} --key KEY.pem</code></p>
</section>`;
}
