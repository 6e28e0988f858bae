// Loaded before the rest, so that the page never shows in the wrong colours first.

/** @type {'light' | 'dark' | null} */
const chosen = /** @type {'light' | 'dark' | null} */ (localStorage.getItem('theme'));
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
