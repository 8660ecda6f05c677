import { el, fill } from './dom.ts';
import { header } from './header.ts';
import { language, onLanguage, pick } from './i18n.ts';
import { PAGES, pageInAddress, type PageName } from './router.ts';
import { onSession, signInFromAddress } from './session.ts';
import { texts } from './texts.ts';
import { showTheme } from './theme.ts';

const head = el('header', { class: 'frame-head' });
const main = el('main', { id: 'content', tabindex: '-1' });
/** By then the first page is there. */
const SETTLED_MS = 2000;
let shown: PageName | undefined;
let cleanUp = (): void => undefined;
// A page that is still loading when another is wanted must not be drawn any more.
let wanted = 0;

function drawHead(): void {
  const skip = (event: Event): void => {
    event.preventDefault();
    main.focus();
  };
  fill(head, el('a', { class: 'skip', href: '#content', onclick: skip }, pick(texts).skip), header(pageInAddress()));
}

async function show(anew: boolean): Promise<void> {
  const name = pageInAddress();
  document.documentElement.lang = language();
  drawHead();
  document.title = `${pick(texts)[name]} · Rabatt`;
  // The page itself follows what stands behind its name.
  if (name === shown && !anew) return;
  shown = name;
  const mine = ++wanted;
  cleanUp();
  cleanUp = () => undefined;
  try {
    const page = await PAGES[name]();
    if (mine !== wanted) return;
    fill(main);
    main.className = `page-${name}`;
    cleanUp = page.mount(main);
  } catch (error) {
    if (mine === wanted) fill(main, el('p', { class: 'notice bad', role: 'alert' }, pick(texts).broken(String(error))));
  }
}

async function start(): Promise<void> {
  showTheme();
  document.body.append(head, main);
  // Refused: the page works signed out, and the form says why when it is used.
  await signInFromAddress().catch(() => undefined);
  onLanguage(() => void show(true));
  onSession(drawHead);
  window.addEventListener('hashchange', () => void show(false));
  await show(true);
  // So that the other pages open without a network too.
  setTimeout(() => Object.values(PAGES).forEach((load) => void load().catch(() => undefined)), SETTLED_MS);
}

void start();
