// Where in a JSON text something stands: JSON pointers as ranges of the text, and what a place in the text is called.

import { jsonLanguage } from '@codemirror/lang-json';
import type { SyntaxNode, Tree } from '@lezer/common';

export interface Range {
  from: number;
  to: number;
}

/** A text that may be broken as a tree that knows its places. */
export function parseTree(text: string): Tree {
  return jsonLanguage.parser.parse(text);
}

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

const isValue = (node: SyntaxNode): boolean => VALUES.has(node.name);

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** The text's value, when there is one. */
export function rootValue(tree: Tree): SyntaxNode | undefined {
  return children(tree.topNode).find(isValue);
}

/** The name of a `Property`, unescaped. */
export function nameOf(property: SyntaxNode, text: string): string {
  const name = property.getChild('PropertyName');
  if (!name) return '';
  const written = text.slice(name.from, name.to);
  try {
    return String(JSON.parse(written));
  } catch {
    return written.replaceAll('"', '');
  }
}

export function valueOf(property: SyntaxNode): SyntaxNode | undefined {
  return children(property).find(isValue);
}

/** The members of an object. */
export function properties(object: SyntaxNode): SyntaxNode[] {
  return object.getChildren('Property');
}

/** `/a~1b/0` as `a/b`, `0`. */
function steps(pointer: string): string[] {
  return pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The range that a JSON pointer (RFC 6901) names. Where the text has no such place the nearest one that holds it is meant:
 * a missing member is shown at the name of the object that lacks it.
 */
export function rangeOf(tree: Tree, text: string, pointer: string): Range {
  let node = rootValue(tree);
  let name: SyntaxNode | null = null;
  if (!node) return { from: 0, to: text.length };
  for (const step of steps(pointer)) {
    const next = stepInto(node, text, step);
    if (!next?.value) return next?.name ? range(next.name) : lacking(node, name);
    node = next.value;
    name = next.name;
  }
  return range(node);
}

const range = ({ from, to }: SyntaxNode): Range => ({ from, to });

/** Something inside this value is missing: its name in the text, its opening bracket, or itself. */
function lacking(node: SyntaxNode, name: SyntaxNode | null): Range {
  if (name) return range(name);
  return node.name === 'Object' || node.name === 'Array' ? { from: node.from, to: node.from + 1 } : range(node);
}

function stepInto(
  node: SyntaxNode,
  text: string,
  step: string,
): { value: SyntaxNode | undefined; name: SyntaxNode | null } | undefined {
  if (node.name === 'Object') {
    // Of two members with one name the second is the problem.
    const property = properties(node).findLast((each) => nameOf(each, text) === step);
    return property && { value: valueOf(property), name: property.getChild('PropertyName') };
  }
  if (node.name !== 'Array' || !/^\d+$/.test(step)) return undefined;
  const value = children(node).filter(isValue)[Number(step)];
  return value && { value, name: null };
}

/** The names that lead to a node, `*` for each list: what it is called in a schema. */
export function pathOf(node: SyntaxNode, text: string): string[] {
  const path: string[] = [];
  for (let at: SyntaxNode | null = node; at?.parent; at = at.parent) {
    if (at.parent.name === 'Array') path.unshift('*');
    if (at.name === 'Property') path.unshift(nameOf(at, text));
  }
  return path;
}

/** The first place where the text is no JSON. */
export function syntaxError(tree: Tree, text: string): Range | undefined {
  let found: Range | undefined;
  tree.iterate({
    enter: (node) => {
      if (found === undefined && node.type.isError) found = { from: node.from, to: node.to };
      return found === undefined;
    },
  });
  if (found !== undefined) return visible(found, text);
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // The tree is more forgiving than JSON in some texts: then the browser's own message has the place, or nothing has.
    const at = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
    return visible({ from: at, to: at }, text);
  }
}

/** An empty place is shown at the character before it, which is what something is missing behind. */
function visible({ from, to }: Range, text: string): Range {
  if (to > from) return { from, to };
  const before = text.slice(0, from).trimEnd().length;
  return before > 0 ? { from: before - 1, to: before } : { from: 0, to: Math.min(1, text.length) };
}

/** The texts of an object's members, as they are written. */
export function memberTexts(text: string): Map<string, string> {
  const root = rootValue(parseTree(text));
  const found = new Map<string, string>();
  if (root?.name !== 'Object') return found;
  for (const property of properties(root)) {
    const value = valueOf(property);
    if (value) found.set(nameOf(property, text), outdented(text, value.from, value.to));
  }
  return found;
}

/** A piece of a text without the indentation of the line it starts on. */
function outdented(text: string, from: number, to: number): string {
  const line = text.lastIndexOf('\n', from) + 1;
  const indent = /^ */.exec(text.slice(line, from))?.[0] ?? '';
  return text.slice(from, to).replaceAll(`\n${indent}`, '\n');
}
