// The answer in four ways: drawn, rule by rule, as prices, and as it is.

import { el, fill } from '../../dom.ts';
import { pick } from '../../i18n.ts';
import { writeExact } from '../../json/exact.ts';
import { laidOut } from '../../json/layout.ts';
import { COLUMNS } from '../cases/open.ts';
import { editor, type Editor } from '../editor/index.ts';
import { texts as page } from '../texts.ts';
import type { Answer } from '../../drawn/answer.ts';
import { priceBars } from '../../drawn/bars.ts';
import { drawnReceipt } from '../../drawn/receipt.ts';
import { verdicts } from '../../drawn/verdicts.ts';

const TABS = ['receipt', 'verdicts', 'prices', 'json'] as const;
export type Tab = (typeof TABS)[number];

export interface AnswerPanel {
  element: HTMLElement;
  /** Shows an answer; `rules` are those of the Call. */
  show(answer: Answer & { ok: true }, rules: unknown[]): void;
  destroy(): void;
}

// Which one is open stays while the page is drawn anew.
let chosen: Tab = 'receipt';

export function answerPanel(onRule: (id: string) => void): AnswerPanel {
  const t = pick(page);
  const body = el('div', { role: 'tabpanel', id: 'answer-panel', tabindex: '0', class: 'answer-body' });
  const tabs = TABS.map((name) =>
    el(
      'button',
      { type: 'button', role: 'tab', id: `answer-tab-${name}`, 'aria-controls': 'answer-panel', onclick: () => choose(name) },
      t.tabs[name],
    ),
  );
  let current: { answer: Answer & { ok: true }; rules: unknown[] } | undefined;
  let json: Editor | undefined;

  const draw = (): void => {
    tabs.forEach((tab, at) => {
      const selected = TABS[at] === chosen;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
    });
    body.setAttribute('aria-labelledby', `answer-tab-${chosen}`);
    json?.destroy();
    json = undefined;
    if (!current) return;
    const { answer, rules } = current;
    switch (chosen) {
      case 'receipt':
        return fill(body, drawnReceipt(answer), unproven(answer));
      case 'verdicts':
        return fill(body, verdicts(answer.outcome, rules, onRule));
      case 'prices':
        return fill(body, priceBars(answer));
      case 'json':
        json = editor({ label: t.tabs.json, text: laidOut(writeExact(answer), COLUMNS), readOnly: true });
        return fill(body, json.element);
    }
  };
  const choose = (name: Tab): void => {
    chosen = name;
    draw();
    tabs[TABS.indexOf(name)]?.focus();
  };
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? TABS.length - 1 : 0;
    const next = TABS[(TABS.indexOf(chosen) + step) % TABS.length];
    if (step !== 0 && next) choose(next);
  };
  draw();
  return {
    element: el(
      'div',
      { class: 'answer' },
      el('div', { role: 'tablist', 'aria-label': t.answer, class: 'tabs', onkeydown: move }, tabs),
      body,
    ),
    show(answer, rules) {
      current = { answer, rules };
      draw();
    },
    destroy: () => json?.destroy(),
  };
}

/** The search for the best deals ran out of steps. */
function unproven({ outcome }: Answer & { ok: true }): HTMLElement | null {
  return outcome.optimal ? null : el('p', { class: 'notice warm' }, pick(page).unproven(String(outcome.gap ?? '?')));
}
