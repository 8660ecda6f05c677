// Making elements. Text only ever becomes text: nothing here, or anywhere, reads markup.

export type Child = Node | string | number | false | null | undefined | Child[];
type Value = string | number | boolean | null | undefined | ((event: never) => void);
type Props = Record<string, Value>;

const SVG = 'http://www.w3.org/2000/svg';

/**
 * `el('button', { class: 'plain', onclick: () => … }, 'Pay')`. A function is a listener (`on…`), `true` an empty attribute,
 * `false`, `null` and `undefined` none; `value` and `checked` are set as properties, for they may change later.
 */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  set(node, props);
  append(node, children);
  return node;
}

/** The same for SVG: `svg('path', { d: 'M0 0 …' })`. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag) as SVGElementTagNameMap[K];
  set(node, props);
  append(node, children);
  return node;
}

/** Replaces what an element holds. */
export function fill(node: Element, ...children: Child[]): void {
  node.replaceChildren();
  append(node, children);
}

function set(node: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value as EventListener);
    else if (name === 'value' || name === 'checked') Object.assign(node, { [name]: value });
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? '' : String(value));
  }
}

function append(node: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== false && child !== null && child !== undefined) node.append(typeof child === 'number' ? String(child) : child);
  }
}
