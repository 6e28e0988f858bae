import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';

const root = document.documentElement;

/** Charts are drawn in the colours of the moment: they are told of a change. */
export const THEME_CHANGED = 'theme-changed';
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event(THEME_CHANGED)));

function isDark() {
  const { theme } = root.dataset;
  return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

/** Light or dark, whatever the system prefers. The browser remembers the choice. */
export function ThemeSwitch() {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const read = () => setDark(isDark());
    addEventListener(THEME_CHANGED, read);
    return () => removeEventListener(THEME_CHANGED, read);
  }, []);
  const change = () => {
    const theme = dark ? 'light' : 'dark';
    root.dataset.theme = theme;
    localStorage.setItem('theme', theme);
    dispatchEvent(new Event(THEME_CHANGED));
  };
  return html`<button type="button" class="theme" role="switch" aria-checked=${dark} onClick=${change}>
    <span class="knob" aria-hidden="true"></span>Dark
  </button>`;
}
