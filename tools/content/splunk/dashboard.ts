/** The dashboard as Splunk stores one of Dashboard Studio: its definition in JSON, inside of XML. */
export function dashboardView(definition: string): string {
  const { title, description } = JSON.parse(definition) as { title: string; description: string };
  // The only text that would end the section early.
  const inside = definition.trim().replaceAll(']]>', ']]]]><![CDATA[>');
  return `<dashboard version="2" theme="light">
  <label>${escapeXml(title)}</label>
  <description>${escapeXml(description)}</description>
  <definition><![CDATA[
${inside}
  ]]></definition>
</dashboard>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
