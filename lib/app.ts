import { review } from './account/review.ts';
import { codeFromSources } from './code/code-from-sources.ts';
import { drawApp } from './draw-app.ts';

// What `cdk` runs in a clone.

await drawApp({ code: codeFromSources, review });
