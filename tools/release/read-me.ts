import type { WantedSecret } from '../../cli/commands/secret.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { regionOf } from '../../lib/account/region.ts';
import { BUCKET, PREFIX, USUAL_PREFIX } from './bucket-code.ts';
import type { DrawnDeployment } from './draw-templates.ts';
import type { Template } from './template.ts';

/** Parameters that each person who deploys has to give or may give: those about the zips are not shown among them. */
const OF_ZIPS = [BUCKET, PREFIX];

/** What is in a release, and how its sums are checked. */
export function readMe(version: string, deployment: string): string {
  return `# Tidemark ${version}

| here | what it is |
|---|---|
| \`functions/\` | the code of each Lambda function as a zip: the same bytes for everybody, so Lambda's \`CodeSha256\` is the sum in \`SHA256SUMS\`, in base64 |
| \`sbom/\` | what is in each of them, as CycloneDX 1.6 |
| \`content/\` | what people import into a SIEM: an add-on, detection rules, dashboards, queries, and the Sigma rules that they are made from |
| \`CHANGES.md\`, \`LICENSE\`, \`NOTICE\`, \`THIRD-PARTY-LICENCES.txt\` | what is new, and the licences of all code |
| \`SHA256SUMS\` | the sums of all files: \`sha256sum -c SHA256SUMS\` |
${deployment}`;
}

interface Inputs {
  readonly config: Config;
  readonly secrets: readonly WantedSecret[];
  readonly drawn: DrawnDeployment;
}

/** How the templates of a configuration are deployed, with nothing installed but the AWS CLI, or in the console. */
export function deploymentLines({ config, secrets, drawn: { templates } }: Inputs): string {
  const { kmsKeyArn } = config.deployment;
  const [state = '', forwarding = ''] = templates.keys();
  const keyed = kmsKeyArn === undefined ? '' : ` --kms-key-id ${kmsKeyArn}`;
  const deploys = [...templates].map(([stack, template]) => deployLine(stack, template));
  return `| \`templates/\` | the CloudFormation stacks of one configuration, one file for each: the name of the file is the name of the stack |
| \`deployment/\` | the zips that these templates name. Besides the code: for each function a layer with the list of its secrets and origins |

## Deploy

You need a bucket in the Region of the deployment, to which only who deploys may write, and credentials that may deploy. No CDK, no Node, no bootstrap.

\`\`\`sh
sha256sum -c SHA256SUMS
export AWS_REGION=${regionOf(config.deployment) ?? '...'} BUCKET=... PREFIX=${USUAL_PREFIX}
aws s3 cp deployment/ "s3://$BUCKET/$PREFIX" --recursive
\`\`\`

Put the credentials into Secrets Manager, one after the other, each as JSON with these fields. Each command waits for the JSON and Ctrl-D, so that it is in no history of a shell. \`put-secret-value --secret-id\` changes one later.

\`\`\`sh
${secrets.map((secret) => secretLines(secret, keyed)).join('\n')}
\`\`\`

Then the stacks, in this order. The same lines update them.

\`\`\`sh
${deploys.join('\n')}
aws cloudformation update-termination-protection --enable-termination-protection --stack-name ${state}
\`\`\`

\`deploy\` uploads a template to the bucket, because CloudFormation takes more than 51,200 bytes from S3 only. ${parametersText(templates)}

**In the console**: upload the files of \`deployment/\` to \`$PREFIX\` of the bucket (S3, Upload), and those of \`templates/\` to \`\${PREFIX}templates/\`. For each template in the order above: CloudFormation,
Create stack, With new resources, Amazon S3 URL (S3 shows it as "Object URL"); give the stack **exactly** the name of the file up to \`.template.json\`, because the later stacks find the earlier ones by it; fill in
the parameters; allow the creation of IAM resources; wait for \`CREATE_COMPLETE\`. Then switch on termination protection for \`${state}\` (Stack actions). An update is the same with "Update stack", "Replace existing template".

## Update, take back, remove

- **Update**: the same lines from the folder of a newer release that was made for the same configuration. The names of the zips contain their hashes, so old ones stay in the bucket and disturb nobody.
- **Take back**: the same lines from the folder of the earlier release.
- **Remove**: read "Before something is removed" in docs/deploy.md of the project first: deleting a stream deletes what it holds. Then delete the stacks in the opposite order: first those of the schedules, then
  \`${forwarding}\`. \`${state}\` keeps the table, the archive and the keys of evidence, and stays.
`;
}

function secretLines({ name, about, shapes }: WantedSecret, keyed: string): string {
  const forms = shapes.map((shape) =>
    JSON.stringify(Object.fromEntries(Object.keys(shape).map((field) => [field, '...']))),
  );
  // A secret that is named by its ARN is there already.
  if (/^arn:/.test(name)) return `# ${about}, ${forms.join(' or ')}: ${name}`;
  return `# ${about}: ${forms.join(' or ')}
aws secretsmanager create-secret --name ${quoted(name)}${keyed} --secret-string file:///dev/stdin`;
}

function deployLine(stack: string, { Parameters = {} }: Template): string {
  const zips = BUCKET in Parameters ? ` --parameter-overrides ${BUCKET}="$BUCKET" ${PREFIX}="$PREFIX"` : '';
  return `aws cloudformation deploy --stack-name ${stack} --template-file templates/${stack}.template.json --s3-bucket "$BUCKET" --s3-prefix "\${PREFIX}templates" --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset${zips}`;
}

function parametersText(templates: DrawnDeployment['templates']): string {
  const all = [...templates.values()].flatMap(({ Parameters = {} }) => Object.keys(Parameters));
  const own = [...new Set(all)].filter((name) => !OF_ZIPS.includes(name));
  if (own.length === 0) return '';
  return `${own.map((name) => `\`${name}\``).join(' and ')} may replace what the configuration names, with another one in the same Region: add \`NAME=ARN\` after \`--parameter-overrides\` in each line whose template has it.`;
}

/** A text quoted for the shell. */
function quoted(text: string): string {
  return /^[\w/+=.@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
