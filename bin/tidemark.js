#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

// What starts `tidemark`: from the sources in a clone, from what was compiled of them in the npm package. A clone may have compiled
// code too, of another day: its sources come first. This file is JavaScript, since Node takes no TypeScript below node_modules.

/** Whether a version of Node, such as `22.21.0`, is at least the one that a range such as `>=22.18.0` begins with. */
function isEnough(version, range) {
  const least = range.match(/\d+/g).map(Number);
  const has = version.split('.').map(Number);
  const at = least.findIndex((number, place) => number !== has[place]);
  return at === -1 || has[at] > least[at];
}

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const sources = new URL('../cli/cli.ts', import.meta.url);
const isClone = existsSync(sources);

if (!isEnough(process.versions.node, engines.node)) {
  const clone = isClone ? ' In a clone, npx tidemark runs with the Node that npm ci has installed.' : '';
  process.stderr.write(
    `tidemark: It needs Node ${engines.node}, and this is ${process.versions.node}.\nInstall a newer Node.${clone}\n`,
  );
  process.exitCode = 2;
} else {
  await import(isClone ? sources.href : new URL('../dist/cli/cli.js', import.meta.url).href);
}
