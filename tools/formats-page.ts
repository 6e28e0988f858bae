import { SELF_EVENTS } from '../functions/core/events/self-events.ts';
import type { Source } from '../functions/core/model.ts';
import type { DestinationType } from '../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { cefMappingTable } from '../functions/formats/cef/mapping.ts';
import { cefSeverityTable } from '../functions/formats/cef/severity.ts';
import { ocsfClassTable, ocsfVersionTable } from '../functions/formats/ocsf/class-table.ts';
import { actionsSection } from './actions-section.ts';

/** The page about the formats. Its tables come from the code that writes the formats. */
export function formatsPage(sources: readonly Source[]): string {
  return `<!-- Made by \`npm run generate\`. -->

# Formats

An event is an ECS document. Every other format is made from this document and knows no vendor.

## ecs

Elastic Common Schema 9.4. Facts from the vendor that have no ECS field are under the vendor's own name (\`thousandeyes\`). What Tidemark itself adds is
under \`tidemark\`: feed, connection, vendor, product, window, \`shortened\`, and \`lateness_ms\` if the event appeared after its range had been read.
Of sign-ins, sessions and measured usage, \`tidemark.utc\` has the day of the week (\`sat\`) and the hour (\`07\`) in UTC, because rules in Sigma cannot take them from a time.

| tag | meaning |
|---|---|
| \`tidemark-untimed\` | the record has no usable time; \`@timestamp\` is the time at which it was read |
| \`tidemark-unmapped\` | the record could not be mapped: \`event.kind: pipeline_error\` |
| \`tidemark-unknown-event\` | Tidemark does not know the vendor's name of this event |
| \`tidemark-shortened\` | the event was too large; the whole event is in quarantine |
| \`tidemark-inexpressible\` | stands in for an event that the format cannot express; \`tidemark.event\` is the id of that event |
| \`tidemark-redriven\` | sent again from quarantine |
| \`tidemark-part\` | a part of an event that was too large. Put together in the order of \`tidemark.part.number\`, the \`event.original\` of all parts with the same \`tidemark.part.of\` is that of the event; \`tidemark.part.of\` is also the id of the shortened event |

${actionsSection(sources)}
## Self events

Tidemark reports what it did or found as an event. \`event.module\` is \`tidemark\`, \`event.dataset\` is \`tidemark.<act>\`, \`event.action\` is the act,
\`tidemark.feed\` is the feed, and \`tidemark.range\` is the time range concerned. If it is sent again after a crash, it has the same \`event.id\`.

| act | when |
|---|---|
${Object.entries(SELF_EVENTS)
  .map(([act, when]) => `| \`${act}\` | ${when} |`)
  .join('\n')}

## raw

The vendor's record unchanged, on one line, and nothing else: in S3 it has no id. For a record that could not be read it is the text.

${DESTINATION_TYPES.map(envelopeSection).join('')}## cef

CEF version 0, or version 1 if the destination says \`"cefVersion": 1\`. Version 0 has fields for IPv4 only, so an IPv6 address goes to a separate field.
Control characters are removed from values; then values are cut to the limit of the key and escaped. \`TidemarkCut\` names the keys that were cut. Facts in the
vendor's own namespace become keys named after vendor, product and path (\`CiscoThousandEyesAuditEvent\`), at most 64.

${cefMappingTable().trim()}

### Severity

The first rule that applies decides.

${cefSeverityTable().trim()}

## ocsf

OCSF 1.3.0, or 1.5.0 or 1.8.0 if the destination says so, such as \`"ocsfVersion": "1.8.0"\`. The class depends only on the kind of event, never on which
other facts are known. Facts that have no place in the class are under \`unmapped\`, the vendor's record is \`raw_data\`, and \`metadata.uid\` is \`event.id\`.
\`tap\`, \`pull\`, \`preview\` and the page show the version of the first destination that takes OCSF.

### Which version

Choose the newest version that everything behind the destination reads; \`metadata.version\` of each event says it. If you do not know, leave it out.

| consumer | takes |
|---|---|
| Amazon Security Lake, custom sources | 1.3.0 or earlier |
| Amazon CloudWatch pipelines | write 1.5.0, so that what reads theirs reads 1.5.0 |
| add-ons that turn OCSF into a SIEM's own model | mostly 1.0 to 1.2 by their documentation: product, status, source and user, which they read, are the same in all three versions |
| others | 1.0 to 1.7 by their documentation |

A destination can change its version at any time: events that are delivered already stay as they are, and ids are the same in all versions. To compare two
versions, add a second destination for a while.

What later versions add to events:

${ocsfVersionTable().trim()}

In every version:

- Nothing is written that the version calls deprecated. Of what replaced deprecated attributes, such as \`policies\`, \`resources\` and \`programmatic_credentials\`,
  no vendor's record tells anything yet.
- \`metadata.profiles\` names the profile \`host\` if the event has an \`actor\` or a \`device\` that its class has only by this profile.
- Where a class requires a user and the event has none, the user is \`{"name": "unknown", "type_id": 0}\`. It is no observable.
- \`user_result\` tells the state of an account only after a change that succeeded, and only what follows from the change: one factor less may leave another one.

### Classes and activities

${ocsfClassTable().trim()}
`;
}

function envelopeSection({ envelope }: DestinationType): string {
  return envelope ? `## ${envelope.heading}\n\n${envelope.text}\n\n` : '';
}
