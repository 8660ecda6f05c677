// The form of one kind: its own fields, its name, and the conditions any rule may have.

import { PRODUCTS } from '../checkout/products.ts';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { problemText } from '../problems.ts';
import { DAYS } from '../sentence/figures.ts';
import type { Audience } from '../sentence/index.ts';
import { type Draft, type Field, FURTHER, ids, MAIN, type MixDraft } from './draft.ts';
import { type Control, FIELDS } from './fields.ts';
import { texts } from './texts.ts';

/** A problem by its place in the rule. */
export interface Placed {
  code?: string;
  pointer?: string;
  message?: string;
}

export interface Form {
  element: HTMLElement;
  /** Shows each problem at its field; gives back those that have none. */
  show(problems: Placed[]): Placed[];
}

export function form(draft: Draft, onChange: () => void): Form {
  return new FormOf(draft, onChange);
}

const AUDIENCES: readonly Audience[] = ['everybody', 'members', 'nobody'];
const KNOWN_GROUPS = [...new Set(PRODUCTS.map(({ group }) => group))];
const KNOWN_ITEMS = PRODUCTS.filter(({ eligible }) => eligible).map(({ id }) => id);

type TextField = { [K in Field]: Draft[K] extends string ? K : never }[Field];

class FormOf implements Form {
  readonly element: HTMLElement;
  readonly #draft: Draft;
  readonly #onChange: () => void;
  /** Where each field says what is wrong with it. */
  readonly #slots = new Map<Field, { slot: HTMLElement; inputs: HTMLElement[] }>();

  constructor(draft: Draft, onChange: () => void) {
    this.#draft = draft;
    this.#onChange = onChange;
    const t = pick(texts);
    const main = MAIN[draft.kind];
    const further = (Object.keys(FURTHER) as (keyof typeof FURTHER)[]).map((subject) => {
      const fields = FURTHER[subject].filter(
        (name) => !main.includes(name) && !(draft.kind === 'stamp-card' && name === 'perPurchase'),
      );
      return el('details', { class: 'card' }, el('summary', {}, el('h2', {}, t.further[subject])), this.#fields(fields));
    });
    this.element = el(
      'div',
      { class: 'rule-form' },
      el('section', { class: 'card' }, el('h2', {}, t.gives), this.#fields(main)),
      el('section', { class: 'card' }, el('h2', {}, t.naming), this.#fields(['name', 'receiptText'])),
      further,
    );
  }

  show(problems: Placed[]): Placed[] {
    for (const { slot, inputs } of this.#slots.values()) {
      fill(slot);
      for (const input of inputs) input.removeAttribute('aria-invalid');
    }
    return problems.filter((problem) => {
      const field = [...this.#slots.keys()].find((name) => FIELDS[name].place?.test(problem.pointer ?? ''));
      const found = field && this.#slots.get(field);
      if (!found) return true;
      // One field may write several places: each sentence is said once.
      const said = problemText(problem);
      if (![...found.slot.children].some((each) => each.textContent === said)) found.slot.append(el('p', {}, said));
      for (const input of found.inputs) input.setAttribute('aria-invalid', 'true');
      found.slot.closest('details')?.setAttribute('open', '');
      return false;
    });
  }

  #fields(names: readonly Field[]): HTMLElement {
    return el(
      'div',
      { class: 'fields' },
      names.map((name) => this.#field(name)),
    );
  }

  #field(name: Field): HTMLElement {
    const { control, half } = FIELDS[name];
    const id = `rule-${name}`;
    const slot = el('div', { class: 'field-problem', id: `${id}-problem`, 'aria-live': 'polite' });
    const hint = pick(texts).hints[name];
    const drawn = this.#control(name, control, id, hint);
    this.#slots.set(name, { slot, inputs: [...drawn.querySelectorAll<HTMLElement>('input, select')] });
    drawn.append(...(hint && control !== 'days' ? [el('small', { class: 'hint', id: `${id}-hint` }, hint)] : []), slot);
    drawn.classList.toggle('half', half === true);
    return drawn;
  }

  #control(name: Field, control: Control, id: string, hint?: string): HTMLElement {
    const t = pick(texts);
    const label = t.fields[name];
    const described = `${id}-problem${hint ? ` ${id}-hint` : ''}`;
    switch (control) {
      case 'check':
        return this.#check(name as 'alone' | 'undiscounted', label);
      case 'days':
        return this.#days(label, hint ?? '');
      case 'audience':
        return this.#audience(label, id);
      case 'mixes':
        return this.#mixes(label);
      case 'groups':
      case 'items':
        return this.#goods(name as 'groups' | 'items', label, id, described);
      default:
        return el(
          'div',
          { class: 'field' },
          el('label', { for: id }, label),
          this.#input(name as TextField, control, id, described),
        );
    }
  }

  #input(name: TextField, control: Control, id: string, described: string): HTMLInputElement {
    const type = control === 'date' || control === 'time' ? control : 'text';
    const inputmode = control === 'whole' ? 'numeric' : control === 'decimal' ? 'decimal' : undefined;
    const input = el('input', {
      id,
      type,
      inputmode,
      value: this.#draft[name],
      'aria-describedby': described,
      autocomplete: 'off',
      oninput: () => {
        Object.assign(this.#draft, { [name]: input.value });
        this.#onChange();
      },
    });
    return input;
  }

  #check(name: 'alone' | 'undiscounted', label: string): HTMLElement {
    const input = el('input', {
      type: 'checkbox',
      checked: this.#draft[name],
      onchange: () => {
        this.#draft[name] = input.checked;
        this.#onChange();
      },
    });
    return el('div', { class: 'field' }, el('label', { class: 'check-line' }, input, label));
  }

  #days(label: string, hint: string): HTMLElement {
    const t = pick(texts);
    const change = (day: string, on: boolean): void => {
      this.#draft.days = DAYS.filter((each) => (each === day ? on : this.#draft.days.includes(each)));
      this.#onChange();
    };
    const boxes = DAYS.map((day) => {
      const input = el('input', {
        type: 'checkbox',
        checked: this.#draft.days.includes(day),
        onchange: () => change(day, input.checked),
      });
      return el('label', { class: 'chip' }, input, el('span', {}, t.days[day]));
    });
    return el(
      'fieldset',
      { class: 'field' },
      el('legend', {}, label),
      el('div', { class: 'chips' }, boxes),
      el('small', { class: 'hint' }, hint),
    );
  }

  #audience(label: string, id: string): HTMLElement {
    const t = pick(texts);
    const select = el(
      'select',
      {
        id,
        onchange: () => {
          this.#draft.audience = select.value as Audience;
          this.#onChange();
        },
      },
      AUDIENCES.map((each) => el('option', { value: each, selected: each === this.#draft.audience }, t.audiences[each])),
    );
    return el('div', { class: 'field half' }, el('label', { for: id }, label), select);
  }

  /** A text of ids, with the kiosk's own below it to choose from. */
  #goods(name: 'groups' | 'items', label: string, id: string, described: string): HTMLElement {
    const input = this.#input(name, 'text', id, described);
    const known = name === 'groups' ? KNOWN_GROUPS : KNOWN_ITEMS;
    const chips = known.map((each) => {
      const chip = el('button', { type: 'button', class: 'chip-button', onclick: () => toggle(each) }, each);
      return { each, chip };
    });
    const show = (): void => {
      const listed = ids(input.value);
      for (const { each, chip } of chips) chip.setAttribute('aria-pressed', String(listed.includes(each)));
    };
    const toggle = (each: string): void => {
      const listed = ids(input.value);
      input.value = (listed.includes(each) ? listed.filter((id) => id !== each) : [...listed, each]).join(', ');
      input.dispatchEvent(new Event('input'));
    };
    input.addEventListener('input', show);
    show();
    const choices = el(
      'div',
      { class: 'chips', role: 'group', 'aria-label': `${pick(texts).known} ${label.toLocaleLowerCase()}` },
      chips.map(({ chip }) => chip),
    );
    return el('div', { class: 'field' }, el('label', { for: id }, label), input, choices);
  }

  #mixes(label: string): HTMLElement {
    const t = pick(texts);
    const rows = el('div', { class: 'mixes' });
    const draw = (): void =>
      fill(
        rows,
        this.#draft.mixes.map((mix, at) => this.#mix(mix, at, draw)),
      );
    const add = (): void => {
      this.#draft.mixes.push({ groups: '', items: '', quantity: '1', eligible: true });
      draw();
      this.#onChange();
      rows.lastElementChild?.querySelector('input')?.focus();
    };
    draw();
    const button = el('button', { type: 'button', class: 'secondary small', onclick: add }, t.addPart);
    return el('fieldset', { class: 'field' }, el('legend', {}, label), rows, el('div', {}, button));
  }

  #mix(mix: MixDraft, at: number, redraw: () => void): HTMLElement {
    const t = pick(texts);
    const text = (name: 'groups' | 'items' | 'quantity', label: string): HTMLElement => {
      const input = el('input', {
        value: mix[name],
        autocomplete: 'off',
        inputmode: name === 'quantity' ? 'numeric' : undefined,
        oninput: () => {
          mix[name] = input.value;
          this.#onChange();
        },
      });
      return el('label', { class: `field mix-${name}` }, el('span', {}, label), input);
    };
    const eligible = el('input', {
      type: 'checkbox',
      checked: mix.eligible,
      onchange: () => {
        mix.eligible = eligible.checked;
        this.#onChange();
      },
    });
    const remove = (): void => {
      this.#draft.mixes.splice(at, 1);
      redraw();
      this.#onChange();
    };
    return el(
      'fieldset',
      { class: 'mix' },
      el('legend', { class: 'unseen' }, t.part(at + 1)),
      text('quantity', t.partQuantity),
      text('groups', t.fields.groups),
      text('items', t.fields.items),
      el('label', { class: 'check-line' }, eligible, t.partEligible),
      el('button', { type: 'button', class: 'quiet', 'aria-label': t.removePart(at + 1), onclick: remove }, '✕'),
    );
  }
}
