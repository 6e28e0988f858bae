import type { Rule } from '../sigma/rule.ts';
import { RuleError } from '../sigma/rule-error.ts';

/** The tactics of ATT&CK (version 19), by the tags that rules have. */
const TACTICS: Readonly<Record<string, readonly [id: string, name: string]>> = {
  'initial-access': ['TA0001', 'Initial Access'],
  execution: ['TA0002', 'Execution'],
  persistence: ['TA0003', 'Persistence'],
  'privilege-escalation': ['TA0004', 'Privilege Escalation'],
  stealth: ['TA0005', 'Stealth'],
  'defense-impairment': ['TA0112', 'Defense Impairment'],
  'credential-access': ['TA0006', 'Credential Access'],
  discovery: ['TA0007', 'Discovery'],
  'lateral-movement': ['TA0008', 'Lateral Movement'],
  collection: ['TA0009', 'Collection'],
  exfiltration: ['TA0010', 'Exfiltration'],
  impact: ['TA0040', 'Impact'],
};

const SITE = 'https://attack.mitre.org';

/** What a rule is about in ATT&CK, as Elastic writes it: each tactic with the rule's techniques. Their names are Kibana's to show. */
export function threatOf({ tags, techniques, file }: Rule) {
  const tactics = tags
    .filter((tag) => tag.startsWith('attack.') && !/^attack\.[tgs]\d/i.test(tag))
    .map((tag) => tag.slice('attack.'.length));
  return tactics.map((tactic) => {
    const known = TACTICS[tactic];
    if (!known)
      throw new RuleError(
        `${file}: tags: attack.${tactic} is no known tactic. Add it to tools/content/elastic/attack.ts.`,
      );
    const [id, name] = known;
    return {
      framework: 'MITRE ATT&CK',
      tactic: { id, name, reference: `${SITE}/tactics/${id}/` },
      technique: techniquesOf(techniques),
    };
  });
}

/** The techniques, each with those that are parts of it. */
function techniquesOf(techniques: readonly string[]) {
  const whole = [...new Set(techniques.map((technique) => technique.split('.')[0] ?? ''))];
  return whole.map((technique) => ({
    ...named(technique),
    subtechnique: techniques.filter((one) => one.startsWith(`${technique}.`)).map(named),
  }));
}

function named(id: string) {
  return { id, name: id, reference: `${SITE}/techniques/${id.replace('.', '/')}/` };
}
