// Rules and a receipt side by side, problems at their place, and the answer at every change.

import '../page.css';
import './style.css';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { parseExact } from '../json/exact.ts';
import { parseTree, type Range, rangeOf, syntaxError } from '../json/place.ts';
import { problemText } from '../problems.ts';
import { list, object, text } from '../sentence/read.ts';
import { type Answer, type EngineProblem, readAnswer } from '../drawn/answer.ts';
import { expected } from './answer/expected.ts';
import { answerPanel } from './answer/index.ts';
import { openText, type Opened, type Told } from './cases/open.ts';
import { saveDialog } from './cases/save-dialog.ts';
import { editor, type Editor } from './editor/index.ts';
import { type Evaluator, evaluator, type Result } from './evaluator.ts';
import { packed } from './link.ts';
import { MOST_PROBLEMS, type Placed, placed, problemList } from './problems-view.ts';
import { FACTS, RECEIPT, RULES } from './schema/index.ts';
import { askedFor, inAddress, keep, keptBefore, kiosk } from './start.ts';
import { asksToExplain, callText, type Part, PARTS, type State } from './state.ts';
import { texts } from './texts.ts';

/** So long after the last key the Call is asked. */
const PAUSE_MS = 120;

const SHAPES = { rules: RULES, receipt: RECEIPT, facts: FACTS };

export function mount(root: HTMLElement): () => void {
  const page = new Playground();
  fill(root, page.element);
  void page.start();
  return () => page.destroy();
}

class Playground {
  readonly element = el('div', { class: 'playground' });
  #state: State = kiosk().state;
  #told: Told | undefined;
  #answer: Answer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #editors: Partial<Record<Part | 'call', Editor>> = {};
  #checked: Partial<Record<Part, { text: string; place: Range | undefined }>> = {};
  #rulesRead: { text: string; rules: unknown[] } | undefined;
  readonly #evaluator: Evaluator = evaluator((result) => this.#heard(result));
  readonly #panel = answerPanel((id) => this.#goToRule(id));
  readonly #said = el('div', { class: 'said', 'aria-live': 'polite' });
  readonly #case = el('div', { class: 'case-told' });
  readonly #texts = el('div', { class: 'texts' });
  readonly #status = el('p', { class: 'hint status', role: 'status' });
  readonly #problems = el('div', { class: 'problems', 'aria-live': 'polite' });
  readonly #hashChanged = (): void => void this.#openAsked();

  constructor() {
    const t = pick(texts);
    fill(
      this.element,
      el('div', { class: 'page-head' }, el('div', {}, el('h1', {}, t.title), el('p', { class: 'hint' }, t.intro)), this.#tools()),
      this.#said,
      this.#case,
      el(
        'div',
        { class: 'desk' },
        this.#texts,
        el(
          'section',
          { class: 'answers', 'aria-label': t.answer },
          el('div', { class: 'text-head' }, el('h2', {}, t.answer), this.#status),
          this.#problems,
          this.#panel.element,
        ),
      ),
    );
  }

  async start(): Promise<void> {
    window.addEventListener('hashchange', this.#hashChanged);
    if (!(await this.#openAsked())) this.#open(keptBefore() ?? kiosk());
  }

  destroy(): void {
    window.removeEventListener('hashchange', this.#hashChanged);
    clearTimeout(this.#timer);
    this.#evaluator.stop();
    this.#panel.destroy();
    this.#closeEditors();
  }

  #tools(): HTMLElement {
    const t = pick(texts);
    const file = el('input', {
      type: 'file',
      accept: '.json,application/json',
      class: 'unseen',
      tabindex: '-1',
      'aria-hidden': 'true',
      onchange: () => void this.#openFile(file),
    });
    const button = (name: string, onclick: () => void, kind = 'secondary'): HTMLElement =>
      el('button', { type: 'button', class: `${kind} small`, onclick }, name);
    return el(
      'div',
      { class: 'tools' },
      button(t.openCase, () => void this.#pickCase(), 'first'),
      button(t.openFile, () => file.click()),
      file,
      button(t.saveCase, () => this.#save()),
      button(t.copyLink, () => void this.#copyLink()),
    );
  }

  async #pickCase(): Promise<void> {
    // Hundreds of sentences, which only who looks for one needs.
    const { pickCase } = await import('./cases/picker.ts');
    pickCase((name) => (location.hash = `#/playground?case=${name}`));
  }

  /** Opens what the address names; `false` when it names nothing that can be opened. */
  async #openAsked(): Promise<boolean> {
    try {
      const opened = await askedFor();
      if (opened) {
        fill(this.#said);
        this.#open(opened);
      }
      return opened !== undefined;
    } catch (error) {
      this.#say((error as Error).message, 'bad');
      return false;
    }
  }

  #open({ state, told }: Opened): void {
    this.#state = state;
    this.#told = told;
    this.#drawCase();
    this.#drawEditors();
    this.#evaluate();
  }

  async #openFile(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    try {
      const opened = openText(await file.text());
      history.replaceState(null, '', '#/playground');
      fill(this.#said);
      this.#open(opened);
    } catch {
      this.#say(pick(texts).fileBroken(file.name), 'bad');
    }
  }

  #save(): void {
    const readable = PARTS.every((part) => this.#state[part].trim() === '' || isJson(this.#state[part]));
    if (!this.#answer || !readable || this.#state.call !== undefined) this.#say(pick(texts).cannotSave, 'warm');
    else saveDialog(this.#state, this.#answer, this.#told);
  }

  async #copyLink(): Promise<void> {
    const t = pick(texts);
    const link = await packed(this.#state);
    if (link === undefined) return this.#say(t.linkTooLong, 'warm');
    history.replaceState(null, '', `#/playground?s=${link}`);
    await navigator.clipboard.writeText(location.href).then(
      () => this.#say(t.linkCopied, 'good'),
      () => this.#say(t.linkShown, 'good'),
    );
  }

  #say(sentence: string, kind: 'good' | 'warm' | 'bad'): void {
    fill(this.#said, el('p', { class: `notice ${kind}` }, sentence));
  }

  #drawCase(comparison: HTMLElement | null = null): void {
    const told = this.#told;
    if (!told) return fill(this.#case);
    fill(
      this.#case,
      el(
        'p',
        {},
        el('strong', {}, this.#state.case ?? ''),
        ' ',
        told.why,
        ' ',
        el('span', { class: 'hint' }, told.cites.join(' ')),
      ),
      comparison,
    );
  }

  #closeEditors(): void {
    for (const each of Object.values(this.#editors)) each.destroy();
    this.#editors = {};
  }

  #drawEditors(): void {
    const t = pick(texts);
    this.#closeEditors();
    if (this.#state.call !== undefined) {
      const whole = editor({ label: t.call, text: this.#state.call, onChange: (text) => this.#changed('call', text) });
      this.#editors = { call: whole };
      return fill(this.#texts, box('call', t.call, whole, t.callHint));
    }
    const boxes = PARTS.map((part) => {
      const made = editor({
        label: t[part],
        text: this.#state[part],
        shape: SHAPES[part],
        onChange: (text) => this.#changed(part, text),
      });
      this.#editors[part] = made;
      return part === 'facts'
        ? collapsed(t.facts, made, t.factsHint, this.#told !== undefined && this.#state.facts.trim() !== '')
        : box(part, t[part], made);
    });
    const [rules, ...others] = boxes;
    fill(this.#texts, rules, el('div', { class: 'text-stack' }, others));
  }

  #changed(part: Part | 'call', text: string): void {
    this.#state[part] = text;
    // The address named what was shown before.
    if ([...inAddress()].length > 0) history.replaceState(null, '', '#/playground');
    this.element.dataset['answer'] = 'waiting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#evaluate(), PAUSE_MS);
  }

  #evaluate(): void {
    keep({ state: this.#state, ...(this.#told ? { told: this.#told } : {}) });
    const broken = this.#state.call === undefined ? PARTS.filter((part) => this.#markSyntax(part)) : [];
    if (broken.length > 0) {
      const t = pick(texts);
      this.#answer = undefined;
      this.element.dataset['answer'] = 'none';
      fill(
        this.#problems,
        broken.map((part) => el('p', { class: 'notice bad' }, t.notJsonIn(t[part]))),
      );
      return;
    }
    fill(this.#status, pick(texts).waiting);
    this.element.dataset['answer'] = 'waiting';
    this.#evaluator.ask(callText(this.#state));
  }

  /** Marks where a text is no JSON; `false` when it is. */
  #markSyntax(part: Part): boolean {
    const text = this.#state[part];
    // Large texts are not read again when another one changes.
    const known = this.#checked[part];
    const place = known?.text === text ? known.place : text.trim() === '' ? undefined : syntaxError(parseTree(text), text);
    this.#checked[part] = { text, place };
    this.#editors[part]?.show(place ? [{ ...place, message: pick(texts).notJson }] : []);
    return place !== undefined;
  }

  #heard(result: Result): void {
    const t = pick(texts);
    fill(this.#status);
    this.#answer = undefined;
    if (result.kind !== 'answer') {
      this.element.dataset['answer'] = result.kind;
      fill(
        this.#problems,
        el('p', { class: 'notice bad' }, result.kind === 'ended' ? t.ended(result.ms / 1000) : t.broken(result.why)),
      );
      return;
    }
    const answer = readAnswer(result.text);
    this.#answer = answer;
    this.element.dataset['answer'] = answer.ok ? 'ok' : 'refused';
    fill(this.#status, t.took(result.ms.toFixed(result.ms < 10 ? 1 : 0)));
    this.#drawCase(this.#told ? expected(this.#told.expect, answer, asksToExplain(this.#state)) : null);
    this.#showProblems(answer.ok ? [] : answer.errors);
    if (answer.ok) this.#panel.show(answer, this.#rules());
  }

  #rules(): unknown[] {
    const { call, rules } = this.#state;
    const text = call ?? rules;
    if (this.#rulesRead?.text !== text) this.#rulesRead = { text, rules: rulesIn(text) };
    return this.#rulesRead.rules;
  }

  #showProblems(all: EngineProblem[]): void {
    const problems = placed(all.slice(0, MOST_PROBLEMS), this.#state);
    for (const part of [...PARTS, 'call'] as const) {
      const marks = problems.flatMap(({ problem, part: at, range }) =>
        at === part && range ? [{ ...range, message: problemText(problem) }] : [],
      );
      this.#editors[part]?.show(marks);
    }
    const goTo = ({ part, range }: Placed): void => {
      if (part && range) this.#editors[part]?.goTo(range);
    };
    fill(this.#problems, problems.length > 0 && problemList(problems, all.length, goTo));
  }

  #goToRule(id: string): void {
    const part = this.#state.call === undefined ? 'rules' : 'call';
    const source = this.#state[part] ?? '';
    const at = this.#rules().findIndex((rule) => text(object(rule)['id']) === id);
    if (at >= 0) this.#editors[part]?.goTo(rangeOf(parseTree(source), source, part === 'rules' ? `/${at}` : `/rules/${at}`));
  }
}

/** The rules in a list of them or in a Call. */
function rulesIn(text: string): unknown[] {
  try {
    const read = parseExact(text || '[]');
    return Array.isArray(read) ? read : list(object(read)['rules']);
  } catch {
    // The engine reads some texts that the browser does not.
    return [];
  }
}

function isJson(text: string): boolean {
  return syntaxError(parseTree(text), text) === undefined;
}

function box(name: string, title: string, made: Editor, hint = ''): HTMLElement {
  return el(
    'section',
    { class: `text-box text-${name}`, 'aria-label': title },
    el('div', { class: 'text-head' }, el('h2', {}, title)),
    hint !== '' && el('p', { class: 'hint' }, hint),
    made.element,
  );
}

function collapsed(title: string, made: Editor, hint: string, open: boolean): HTMLElement {
  return el(
    'details',
    { class: 'text-box text-facts', open },
    el('summary', {}, el('h2', {}, title)),
    el('p', { class: 'hint' }, hint),
    made.element,
  );
}
