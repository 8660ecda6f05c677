// A form for each kind of rule, its sentence, and what it does to a cart, at every key.

import '../page.css';
import './style.css';
import { el, fill } from '../dom.ts';
import { engineReady } from '../engine.ts';
import { language, pick } from '../i18n.ts';
import { writeExact } from '../json/exact.ts';
import { problemText } from '../problems.ts';
import { sentence } from '../sentence/index.ts';
import { onSession, ServiceError, session, SignedOutError } from '../session.ts';
import { openSignIn } from '../sign-in.ts';
import { type Draft, example, type Kind, KINDS } from './draft.ts';
import { form, type Form, type Placed } from './form.ts';
import { dayOf } from './oslo.ts';
import { give, NotGivenError, save } from './save.ts';
import { texts } from './texts.ts';
import { Trial } from './trial.ts';
import { type Rule, write } from './write.ts';

// What is being written stays while the page is left or drawn anew; each kind has its own draft.
const drafts = new Map<Kind, Draft>();
let chosen: Kind = 'n-for-m';

function draftOf(kind: Kind): Draft {
  const kept = drafts.get(kind) ?? example(kind, dayOf(new Date()));
  drafts.set(kind, kept);
  return kept;
}

export function mount(root: HTMLElement): () => void {
  const page = new Builder();
  fill(root, page.element);
  void page.start();
  return () => page.destroy();
}

class Builder {
  readonly element = el('div', { class: 'builder' });
  #form: Form;
  #rule: Rule = write(draftOf(chosen));
  #ready = false;
  #saving = false;
  readonly #trial = new Trial(draftOf(chosen), () => this.#changed());
  readonly #sentence = el('p', { class: 'sentence' });
  readonly #json = el('pre', { tabindex: '0' });
  readonly #problems = el('div', { 'aria-live': 'polite' });
  readonly #said = el('div', { class: 'said', 'aria-live': 'polite' });
  readonly #formPlace = el('div', {});
  readonly #saveButton = el('button', { type: 'button', onclick: () => void this.#save() });
  readonly #stopListening = onSession(() => this.#drawSave());

  constructor() {
    this.#form = form(draftOf(chosen), () => this.#changed());
    this.#draw();
  }

  async start(): Promise<void> {
    await engineReady();
    this.#ready = true;
    this.element.dataset['ready'] = 'yes';
    this.#changed();
  }

  destroy(): void {
    this.#stopListening();
  }

  #draw(): void {
    const t = pick(texts);
    fill(this.#formPlace, this.#form.element);
    const openIn = el(
      'button',
      { type: 'button', class: 'secondary', onclick: () => void this.#openInPlayground() },
      t.openInPlayground,
    );
    fill(
      this.element,
      el('div', { class: 'page-head' }, el('div', {}, el('h1', {}, t.title), el('p', { class: 'hint' }, t.intro))),
      this.#kinds(),
      el(
        'div',
        { class: 'bench' },
        this.#formPlace,
        el(
          'div',
          { class: 'preview' },
          el(
            'section',
            { class: 'card in-words', 'aria-label': t.sentence },
            el('h2', {}, t.sentence),
            this.#sentence,
            this.#problems,
            el('div', { class: 'buttons' }, openIn, this.#saveButton),
            this.#said,
          ),
          this.#trial.element,
          el('details', { class: 'card json' }, el('summary', {}, el('h2', {}, t.json)), this.#json),
        ),
      ),
    );
    this.#drawSave();
    this.#changed();
  }

  #kinds(): HTMLElement {
    const t = pick(texts);
    const options = KINDS.map((kind) =>
      el(
        'label',
        { class: 'kind' },
        el('input', { type: 'radio', name: 'kind', value: kind, checked: kind === chosen, onchange: () => this.#choose(kind) }),
        el('span', { class: 'kind-name' }, t.kinds[kind].name),
        el('span', { class: 'kind-like' }, t.kinds[kind].like),
      ),
    );
    return el('fieldset', { class: 'kinds' }, el('legend', {}, t.kind), options);
  }

  #choose(kind: Kind): void {
    chosen = kind;
    this.#form = form(draftOf(kind), () => this.#changed());
    fill(this.#formPlace, this.#form.element);
    fill(this.#said);
    this.#changed();
  }

  #changed(): void {
    const draft = draftOf(chosen);
    this.#rule = write(draft);
    fill(this.#sentence, sentence(this.#rule, language(), { audience: draft.audience }));
    fill(this.#json, writeExact(this.#rule));
    this.#trial.follow(draft);
    if (this.#ready) this.#showProblems(this.#trial.run(this.#rule));
  }

  #showProblems(problems: Placed[]): void {
    const others = this.#form.show(problems);
    this.element.dataset['problems'] = String(problems.length);
    this.#saveButton.disabled = this.#saving || problems.length > 0;
    fill(
      this.#problems,
      others.length > 0 &&
        el(
          'div',
          { class: 'notice bad' },
          el('p', {}, pick(texts).problems),
          el(
            'ul',
            {},
            others.map((each) => el('li', {}, el('code', {}, each.pointer || '/'), ' ', problemText(each))),
          ),
        ),
    );
  }

  #drawSave(): void {
    fill(this.#saveButton, this.#saving ? pick(texts).saving : session() ? pick(texts).save : pick(texts).signInToSave);
  }

  #say(sentence: string, kind: 'good' | 'warm' | 'bad', ...more: HTMLElement[]): void {
    fill(this.#said, el('div', { class: `notice ${kind}` }, el('p', {}, sentence), more));
  }

  async #save(): Promise<void> {
    if (!session()) return openSignIn();
    const { audience } = draftOf(chosen);
    await this.#ask(async () => this.#say(pick(texts).saved(await save(this.#rule, audience)), 'good'));
  }

  /** Asks the service, and says what came of it. */
  async #ask(asking: () => Promise<void>): Promise<void> {
    this.#saving = this.#saveButton.disabled = true;
    this.#drawSave();
    try {
      await asking();
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#saving = this.#saveButton.disabled = false;
      this.#drawSave();
    }
  }

  #refused(error: unknown): void {
    const t = pick(texts);
    if (error instanceof NotGivenError) {
      const { audience } = draftOf(chosen);
      const again = (): void => void this.#ask(async () => (await give(error.id, audience), this.#say(t.given, 'good')));
      return this.#say(
        t.notGiven(reason(error.cause)),
        'warm',
        el('button', { type: 'button', class: 'secondary small', onclick: again }, t.giveAgain),
      );
    }
    if (error instanceof ServiceError) {
      const others = this.#form.show(error.problems);
      const list = el(
        'ul',
        {},
        others.map((each) => el('li', {}, el('code', {}, each.pointer ?? '/'), ' ', problemText(each))),
      );
      return this.#say(t.refused(error.message), 'bad', list);
    }
    this.#say(reason(error), 'bad');
  }

  async #openInPlayground(): Promise<void> {
    // Loaded when wanted: it knows the editor's way of reading JSON.
    const { playgroundLink } = await import('./playground-link.ts');
    const link = await playgroundLink(this.#trial.call(this.#rule));
    if (link !== undefined) location.hash = link;
  }
}

function reason(error: unknown): string {
  const t = pick(texts);
  if (error instanceof SignedOutError) return t.signedOut;
  return error instanceof ServiceError ? error.message : t.unreachable;
}
