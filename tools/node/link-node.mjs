// Runs after every change of node_modules, on whatever Node there is. npm 10 takes node_modules/.bin/node away together with the packages
// for other machines, which all have a command of this name.
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODULES = new URL('../../node_modules/', import.meta.url);
const link = fileURLToPath(new URL('.bin/node', MODULES));

const { optionalDependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const installed = Object.keys(optionalDependencies).find((name) => existsSync(new URL(`${name}/bin/node`, MODULES)));
if (installed !== undefined && !existsSync(link)) {
  rmSync(link, { force: true });
  symlinkSync(`../${installed}/bin/node`, link);
}
