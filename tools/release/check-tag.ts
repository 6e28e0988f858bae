import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };
import { complaintsAboutTag } from './tag.ts';

// Run by the release workflow: node tools/release/check-tag.ts v1.2.3

const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
const complaints = complaintsAboutTag(process.argv[2] ?? '', packageJson, changelog);
for (const each of complaints) process.stderr.write(`${each}\n`);
if (complaints.length > 0) process.exitCode = 1;
