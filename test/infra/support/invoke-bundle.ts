import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

// What Lambda does with a bundle, in a process with the function's environment: it imports the file, once, and hands it one
// input after another. Inputs come as JSON on stdin, answers leave the same way on stdout.

interface Bundle {
  handler(input: unknown, context: { getRemainingTimeInMillis(): number }): Promise<unknown>;
}

const [file = '', budgetMs = ''] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(file).href)) as Bundle;
const answers: unknown[] = [];
for (const input of JSON.parse(await text(process.stdin)) as unknown[]) {
  const deadline = Date.now() + Number(budgetMs);
  answers.push(await handler(input, { getRemainingTimeInMillis: () => deadline - Date.now() }));
}
process.stdout.write(JSON.stringify(answers));
