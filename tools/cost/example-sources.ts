import type { Source } from '../../functions/core/model.ts';
import example from '../../tidemark.example.json' with { type: 'json' };

/** The sources of the examples in the documents, as tidemark.example.json names them: a new source changes no figure there. */
export function exampleSources(sources: readonly Source[]): Source[] {
  return sources.filter(({ id }) => example.connections.some(({ source }) => source === id));
}
