import { findSources } from '../plan/find-sources.ts';

/** All sources. In the npm package a list takes the place of this file, so that programs can also load it with `require`. */
export const SOURCES = await findSources();
