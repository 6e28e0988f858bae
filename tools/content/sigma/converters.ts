import type { Correlation, Detection } from './rule.ts';

const COUNTS = ['SPL', 'ES|QL', 'PPL'];

/**
 * The languages into which pySigma's backends convert a rule so that it means the same; decision 0037 has what was tried. None of them
 * knows an order, or a correlation of correlations.
 */
export function convertersOf(logic: Detection | Correlation): readonly string[] {
  if (logic.kind === 'detection') return ['SPL', 'Lucene', 'ES|QL', 'PPL'];
  if (logic.type === 'temporal_ordered' || logic.rules.some(({ kind }) => kind === 'correlation')) return [];
  if (Object.keys(logic.aliases).length > 0) return ['SPL'];
  return logic.type === 'temporal' ? ['SPL', 'ES|QL'] : COUNTS;
}
