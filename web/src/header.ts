// The bar on top: pages, language, colours, who is signed in.

import { el, fill, svg } from './dom.ts';
import { language, pick, setLanguage } from './i18n.ts';
import { PAGES, type PageName } from './router.ts';
import { session, signOut } from './session.ts';
import { openSignIn } from './sign-in.ts';
import { texts } from './texts.ts';
import { setTheme, theme, type Theme } from './theme.ts';

export function header(current: PageName): HTMLElement {
  const t = pick(texts);
  const links = (Object.keys(PAGES) as PageName[]).map((name) =>
    el('a', { href: `#/${name}`, 'aria-current': name === current && 'page' }, t[name]),
  );
  return el(
    'div',
    { class: 'bar' },
    el('a', { class: 'brand', href: '#/checkout', 'aria-label': 'Rabatt' }, mark(), el('span', {}, 'Rabatt')),
    el('nav', { 'aria-label': t.pages }, links),
    el('div', { class: 'bar-tools' }, languageSwitch(), themeSwitch(), who()),
  );
}

function mark(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 32 32', width: 26, height: 26, 'aria-hidden': 'true', class: 'mark' },
    svg('rect', { width: 32, height: 32, rx: 8 }),
    svg('path', { d: 'M10 22 22 10' }),
    svg('circle', { cx: 11.5, cy: 11.5, r: 2.8 }),
    svg('circle', { cx: 20.5, cy: 20.5, r: 2.8 }),
  );
}

function languageSwitch(): HTMLElement {
  const other = language() === 'nb' ? 'en' : 'nb';
  const name = other === 'nb' ? 'Norsk' : 'English';
  return el('button', { type: 'button', class: 'quiet', lang: other, onclick: () => setLanguage(other) }, name);
}

const THEMES: Theme[] = ['auto', 'light', 'dark'];
const THEME_PATHS: Record<Theme, string> = {
  auto: 'M12 4a8 8 0 1 0 0 16V4Zm0 0a8 8 0 0 1 0 16',
  light: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
};

/** One button for the three: each press is the next. */
function themeSwitch(): HTMLElement {
  const t = pick(texts);
  const button = el('button', { type: 'button', class: 'quiet theme', onclick: () => change() });
  const draw = (): void => {
    const name = `${t.theme}: ${t.themes[theme()]}`;
    button.setAttribute('aria-label', name);
    button.title = name;
    fill(button, svg('svg', { viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': 'true' }, svg('path', { d: THEME_PATHS[theme()], class: theme() })));
  };
  const change = (): void => {
    setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? 'auto');
    draw();
  };
  draw();
  return button;
}

function who(): HTMLElement {
  const t = pick(texts);
  const known = session();
  if (!known) return el('button', { type: 'button', class: 'secondary small', onclick: openSignIn }, t.signIn);
  return el(
    'span',
    { class: 'who' },
    el('span', { class: 'who-name', title: t.signedIn(known.account) }, known.account),
    el('button', { type: 'button', class: 'quiet', onclick: signOut }, t.signOut),
  );
}
