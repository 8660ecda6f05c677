// The bar on top: pages, language, colours, who is signed in.

import { el, svg } from './dom.ts';
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

function themeSwitch(): HTMLElement {
  const t = pick(texts);
  const order: Theme[] = ['auto', 'light', 'dark'];
  const change = (event: Event): void => setTheme((event.currentTarget as HTMLSelectElement).value as Theme);
  return el(
    'select',
    { class: 'quiet', 'aria-label': t.theme, onchange: change },
    order.map((name) => el('option', { value: name, selected: name === theme() }, t.themes[name])),
  );
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
