// The checkout: a cart that is recalculated in this page on every change.

import './checkout.css';
import type { Answer, Facts, Verdict } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { engineReady, RulesError } from '../engine.ts';
import { language, pick } from '../i18n.ts';
import { money } from '../money.ts';
import { onSession, ServiceError, session, SignedOutError } from '../session.ts';
import { addCode, CURRENCY, emptyCart, quantityOf, receiptOf, setQuantity, type Cart } from './cart.ts';
import { CheckView } from './check-view.ts';
import { codeResult } from './codes.ts';
import { CodesView } from './codes-view.ts';
import { customerPicker } from './customer-picker.ts';
import { CUSTOMERS, type Customer } from './customers.ts';
import { demoShop } from './demo-shop.ts';
import { Loaded } from './loaded.ts';
import { NearView } from './near-view.ts';
import { ProductGrid } from './product-grid.ts';
import { ReceiptView } from './receipt-view.ts';
import { askTill, serviceShop } from './service-shop.ts';
import type { Shop } from './shop.ts';
import { StampsView } from './stamps-view.ts';
import { texts } from './texts.ts';
import { Verdicts } from './verdicts.ts';

/** The cart outlives the page's being drawn again in another language. */
let cart: Cart = emptyCart();

export function mount(root: HTMLElement): () => void {
  const page = new Checkout(root);
  void page.open();
  return () => page.end();
}

class Checkout {
  readonly #root: HTMLElement;
  readonly #grid = new ProductGrid((product) => this.#setQuantity(product, quantityOf(cart, product) + 1));
  readonly #receipt = new ReceiptView((product, quantity) => this.#setQuantity(product, quantity));
  readonly #codes = new CodesView(
    (code) => this.#change(() => addCode(cart, code)),
    (code) => this.#change(() => cart.codes.splice(cart.codes.indexOf(code), 1)),
  );
  readonly #near = new NearView();
  readonly #stamps = new StampsView();
  readonly #check = new CheckView(() => this.#compare());
  readonly #notice = el('div', { class: 'notices', 'aria-live': 'polite' });
  readonly #book = el('p', { class: 'hint book' });
  readonly #pay = el('button', { type: 'button', class: 'pay-button', disabled: true, onclick: () => void this.#payNow() });
  readonly #bar = el('div', { class: 'bottom-bar', hidden: true });
  readonly #customers = el('div', {});
  readonly #verdicts = new Verdicts((verdicts) => this.#showVerdicts(verdicts));
  readonly #stopListening = onSession(() => void this.open());

  #shop: Shop | undefined;
  /** Who was chosen last; the cart's customer follows when their facts are there. */
  #wanted: Customer = cart.customer;
  #loaded: Loaded | undefined;
  #answer: Answer | undefined;
  #known: Verdict[] = [];
  /** Raised by whatever makes answers that are still on their way useless. */
  #turn = 0;

  constructor(root: HTMLElement) {
    const t = pick(texts);
    this.#root = root;
    fill(
      root,
      el(
        'div',
        { class: 'shop' },
        el('div', { class: 'shelf' }, el('div', { class: 'intro' }, el('h1', {}, t.title), this.#book), this.#customers, this.#grid.element),
        el(
          'div',
          { class: 'side', id: 'cart' },
          el(
            'section',
            { class: 'paper', 'aria-labelledby': 'cart-title' },
            el('h2', { id: 'cart-title', tabindex: '-1' }, t.receipt),
            this.#receipt.element,
            this.#codes.element,
            this.#notice,
            this.#pay,
          ),
          this.#near.element,
          this.#stamps.element,
        ),
        this.#check.element,
      ),
      this.#bar,
    );
    this.#drawCustomers();
  }

  /** Opens the shop that goes with the session: the service's, or the page's own. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    const known = session();
    let shop = demoShop();
    try {
      const [opened] = await Promise.all([known ? serviceShop(known) : shop, engineReady()]);
      shop = opened;
    } catch (error) {
      this.#say(this.#why(error), 'bad');
    }
    if (turn !== this.#turn) return;
    this.#shop = shop;
    this.#book.textContent = shop.kind === 'service' ? pick(texts).serviceBook : pick(texts).demoBook;
    this.#check.clear();
    await this.#choose(this.#wanted);
    // So that another customer can be chosen without a network.
    for (const customer of CUSTOMERS) if (turn === this.#turn) await shop.facts(customer).catch(() => undefined);
  }

  end(): void {
    this.#turn++;
    this.#stopListening();
    this.#verdicts.end();
    this.#loaded?.engine.free();
    this.#loaded = undefined;
    fill(this.#root);
  }

  #drawCustomers(): void {
    fill(this.#customers, customerPicker(cart.customer, (customer) => void this.#choose(customer)));
  }

  async #choose(customer: Customer): Promise<void> {
    const turn = this.#turn;
    this.#wanted = customer;
    try {
      const facts = await this.#shop?.facts(customer);
      if (turn !== this.#turn || customer !== this.#wanted || !facts) return;
      cart.customer = customer;
      this.#load(facts);
      this.#recalculate();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#wanted = cart.customer;
      this.#drawCustomers();
      this.#say(this.#why(error), 'bad');
    }
  }

  /** Loads rules and facts when they are others than before. */
  #load(facts: Facts): void {
    const rules = this.#shop?.current();
    if (!rules || (rules.plan === this.#loaded?.plan && facts === this.#loaded.facts)) return;
    const loaded = new Loaded(rules, facts);
    this.#loaded?.engine.free();
    this.#loaded = loaded;
    this.#verdicts.load(loaded);
  }

  #setQuantity(product: string, quantity: number): void {
    this.#change(() => setQuantity(cart, product, quantity));
  }

  #change(change: () => void): void {
    change();
    this.#say('');
    this.#check.clear();
    this.#recalculate();
  }

  #recalculate(): void {
    const loaded = this.#loaded;
    if (!loaded) return;
    const receipt = receiptOf(cart, new Date(), language());
    this.#answer = loaded.engine.evaluate(receipt, null, { amounts: 'recalculated' }) as Answer;
    this.#draw();
    if (cart.lines.length === 0 && cart.codes.length === 0) this.#showVerdicts([]);
    else this.#verdicts.ask(receipt, cart.codes.flatMap((code) => loaded.askingFor(code)).map((rule) => rule.id));
  }

  #draw(): void {
    const [loaded, answer] = [this.#loaded, this.#answer];
    if (!loaded || !answer) return;
    const t = pick(texts);
    const net = money(answer.outcome.totals.net, CURRENCY);
    const count = cart.lines.reduce((sum, line) => sum + line.quantity, 0);
    this.#grid.update(cart);
    this.#receipt.update(cart, answer, loaded.ruleOf);
    this.#stamps.update(loaded, answer);
    this.#showCodes();
    this.#pay.textContent = t.pay(net);
    this.#pay.disabled = count === 0;
    this.#bar.hidden = count === 0;
    fill(this.#bar, el('span', {}, `${t.inCart(count)} · `, el('strong', { class: 'amount' }, net)), el('button', { type: 'button', onclick: toCart }, t.toCart));
  }

  #showVerdicts(verdicts: Verdict[]): void {
    this.#known = verdicts;
    this.#near.update(cart.lines.length === 0 ? [] : verdicts, (id) => this.#loaded?.ruleOf(id));
    this.#showCodes();
  }

  #showCodes(): void {
    const [loaded, answer] = [this.#loaded, this.#answer];
    if (!loaded || !answer) return;
    this.#codes.update(cart.codes.map((code) => ({ code, result: codeResult(code, loaded, answer, this.#known) })));
  }

  async #payNow(): Promise<void> {
    const t = pick(texts);
    const [shop, answer] = [this.#shop, this.#answer];
    if (!shop || !answer) return;
    this.#pay.disabled = true;
    try {
      await shop.record(answer);
    } catch (error) {
      this.#pay.disabled = false;
      this.#say(t.notPaid(this.#why(error)), 'bad');
      return;
    }
    const paid = money(answer.outcome.totals.net, CURRENCY);
    cart = emptyCart(cart.customer);
    this.#check.clear();
    await this.#choose(cart.customer);
    this.#say(shop.kind === 'service' ? t.paidService(paid) : t.paidDemo(paid), 'good');
    document.getElementById('cart-title')?.focus();
  }

  async #compare(): Promise<void> {
    const t = pick(texts);
    if (this.#shop?.kind !== 'service' || !this.#loaded) return this.#check.say(t.checkSignIn);
    if (cart.lines.length === 0) return this.#check.say(t.checkEmpty);
    const receipt = receiptOf(cart, new Date(), language());
    const here = this.#loaded.engine.evaluate(receipt, null, { explain: true, amounts: 'recalculated' }) as Answer;
    try {
      const till = (await askTill(JSON.stringify(receipt))) as Pick<Answer, 'receipt' | 'outcome'>;
      if (till.outcome.plan === here.outcome.plan) return this.#check.show({ here, till });
      await this.#choose(cart.customer);
      this.#check.say(t.stale);
    } catch (error) {
      this.#check.say(this.#why(error));
    }
  }

  #why(error: unknown): string {
    const t = pick(texts);
    if (error instanceof SignedOutError) return t.signedOut;
    if (error instanceof ServiceError) return error.message;
    if (error instanceof RulesError) return t.rulesBroken(error.problems.length);
    return error instanceof TypeError ? t.unreachable : String(error);
  }

  #say(text: string, kind: 'good' | 'bad' = 'good'): void {
    if (text) fill(this.#notice, el('p', { class: `notice ${kind}` }, text));
    else if (this.#notice.hasChildNodes()) fill(this.#notice);
  }
}

function toCart(): void {
  const title = document.getElementById('cart-title');
  title?.scrollIntoView({ block: 'start' });
  title?.focus({ preventScroll: true });
}
