import { codeFromPackage } from '../code/code-from-package.ts';
import { drawApp } from '../draw-app.ts';

// What `tidemark doctor --cloud` runs in the npm package, to compare what is deployed with what this version would deploy. The reviews
// are for who changes the templates: their rules are no part of the package.

await drawApp({ code: codeFromPackage });
