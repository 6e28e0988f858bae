import { SELF_EVENTS } from '../functions/core/events/self-events.ts';
import type { DestinationType } from '../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { cefMappingTable } from '../functions/formats/cef/mapping.ts';
import { cefSeverityTable } from '../functions/formats/cef/severity.ts';
import { ocsfClassTable } from '../functions/formats/ocsf/class-table.ts';

/** The page about the formats, with the tables that the code itself uses. */
export function formatsPage(): string {
  return `<!-- Made by \`npm run generate\`. -->

# Formats

An event is an ECS document; every other format is a projection of it, and knows no vendor.

## ecs

Elastic Common Schema 9.4. What the vendor says and ECS has no place for is under the vendor's own name (\`thousandeyes\`). What Tidemark itself
has to say is under \`tidemark\`: feed, connection, vendor, product, window, \`lateness_ms\` of an event that appeared after its range had been read,
\`shortened\`. Tags: \`tidemark-untimed\` (no usable time; \`@timestamp\` is when it was read), \`tidemark-unmapped\` (a pipeline_error),
\`tidemark-unknown-event\` (the vendor's event name is new to us), \`tidemark-shortened\` (the whole lies in quarantine), \`tidemark-inexpressible\`
(stands in for an event that the format cannot say; \`tidemark.event\` is its id), \`tidemark-redriven\` (sent again from quarantine),
\`tidemark-part\` (a part of an event that was too large: in the order of \`tidemark.part.number\`, \`event.original\` of all parts with the same
\`tidemark.part.of\` is the event's; that is an id by which the shortened event is found).

## What Tidemark says of itself

\`event.module\` is \`tidemark\`, \`event.dataset\` \`tidemark.<act>\`, \`event.action\` the act, \`tidemark.feed\` the feed, \`tidemark.range\` what it is about.
Told again after a crash, an act has the same \`event.id\`.

| act | when |
|---|---|
${Object.entries(SELF_EVENTS)
  .map(([act, when]) => `| \`${act}\` | ${when} |`)
  .join('\n')}

## raw

The vendor's record as it came, on one line, and nothing else: in S3 it has no id. A record that could not be read is its text.

${DESTINATION_TYPES.map(envelopeSection).join('')}## cef

CEF version 0 unless the destination says \`"cefVersion": 1\`. Version 0 knows IPv4 only: an IPv6 address goes to a field of its own.
Values are cleaned of control characters, cut to the key's limit, then escaped; \`TidemarkCut\` names the keys that were cut. Facts in the vendor's own
namespace become keys of their own, named vendor, product and path (\`CiscoThousandEyesAuditEvent\`), at most 64.

${cefMappingTable().trim()}

### Severity

The first rule that fits decides.

${cefSeverityTable().trim()}

## ocsf

OCSF 1.3.0. The class depends on the kind of event alone, never on what else is known of it. What has no place in its class is under \`unmapped\`, the
vendor's record is \`raw_data\`, \`metadata.uid\` is \`event.id\`.

${ocsfClassTable().trim()}
`;
}

function envelopeSection({ envelope }: DestinationType): string {
  return envelope ? `## ${envelope.heading}\n\n${envelope.text}\n\n` : '';
}
