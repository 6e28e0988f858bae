import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { AskError, ask } from '../ask.js';

/** @typedef {{ message: string, remedy: string }} Problem */

/** @param {unknown} thrown @returns {Problem} */
export function problemOf(thrown) {
  if (thrown instanceof AskError) return { message: thrown.message, remedy: thrown.remedy };
  return { message: thrown instanceof Error ? thrown.message : String(thrown), remedy: 'Load the page again.' };
}

/**
 * The answer to a question, asked again when the question changes, when `again` does, and after a time.
 *
 * @template T
 * @param {string} path
 * @param {Record<string, string | number>} query
 * @param {{ everyMs?: number, again?: unknown }} [when]
 */
export function useAnswer(path, query, { everyMs, again } = {}) {
  const [answer, setAnswer] = useState(/** @type {T | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {Problem | undefined} */ (undefined));
  const latest = useRef(0);
  const question = JSON.stringify(query);
  const load = useCallback(async () => {
    const number = ++latest.current;
    // An answer that was overtaken by a later question is not shown.
    const isLatest = () => number === latest.current;
    try {
      const found = /** @type {T} */ (await ask(path, JSON.parse(question)));
      if (!isLatest()) return;
      setAnswer(found);
      setProblem(undefined);
    } catch (thrown) {
      if (isLatest()) setProblem(problemOf(thrown));
    }
  }, [path, question]);
  useEffect(() => {
    void load();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(load, everyMs);
    return () => clearInterval(timer);
  }, [load, everyMs, again]);
  return { answer, problem, load, setAnswer };
}
