// Completion and explanations out of a schema: member names where a name belongs, words where a value does.

import { type Completion, type CompletionContext, type CompletionResult, snippetCompletion } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import { hoverTooltip, type Tooltip } from '@codemirror/view';
import type { Extension } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import { el } from '../../dom.ts';
import { pick } from '../../i18n.ts';
import { nameOf, pathOf, properties } from '../../json/place.ts';
import { shapes } from '../schema/index.ts';
import { about } from '../schema/members.ts';
import { find, type Found, type Shape } from '../schema/shape.ts';

/** What is said about a member: by us, or else by the API's document. */
function explanation({ shape, key }: Found): string {
  return pick(about)[key] ?? shape.about ?? '';
}

/** How a shape's values are written, in short. */
function kind(shape: Shape): string {
  if (shape.words) return shape.words.join(' | ');
  return shape.format === 'date-time' ? 'date-time' : shape.type;
}

/** What a new member's value starts as; `${}` is where to go on. */
function start(shape: Shape): string {
  if (shape.words) return '"${}"';
  switch (shape.type) {
    case 'object':
      return '{${}}';
    case 'array':
      return '[${}]';
    case 'string':
      return '"${}"';
    case 'boolean':
      return '${true}';
    default:
      return '${}';
  }
}

function memberCompletions(root: Shape, path: string[], present: Set<string>, quoted: boolean, hasValue: boolean): Completion[] {
  const here = find(shapes, root, path);
  return Object.keys(here?.shape.members ?? {})
    .filter((name) => !present.has(name))
    .flatMap((name) => {
      const found = find(shapes, root, [...path, name]);
      if (!found || found.shape.readOnly) return [];
      const info = explanation(found);
      const needed = here?.shape.required?.includes(name) ?? false;
      const label = quoted ? name : `"${name}"`;
      const completion: Completion = {
        label,
        type: 'property',
        detail: kind(found.shape),
        boost: info === '' ? 0 : needed ? 20 : 10,
      };
      if (info !== '') completion.info = info;
      if (hasValue) return [completion];
      return [snippetCompletion(quoted ? `${name}": ${start(found.shape)}` : `"${name}": ${start(found.shape)}`, completion)];
    });
}

function valueCompletions(shape: Shape, quoted: boolean): Completion[] {
  const words = shape.words ?? [];
  const plain = shape.type === 'boolean' ? ['true', 'false'] : shape.default === undefined ? [] : [JSON.stringify(shape.default)];
  const texts = words.map((word) => (quoted ? word : `"${word}"`));
  return [...texts, ...(quoted ? [] : plain)].map((label) => ({ label, type: 'enum' }));
}

/** The nearest node of a kind at or around this one. */
function around(node: SyntaxNode | null, names: string[]): SyntaxNode | undefined {
  for (let at = node; at; at = at.parent) if (names.includes(at.name)) return at;
  return undefined;
}

/** Completes by the shape that the whole text has. */
export function completeBy(root: Shape): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const text = context.state.doc.toString();
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    const inside = node.name === 'PropertyName' || node.name === 'String';
    const word = inside ? { from: node.from + 1, to: closed(node, text) ? node.to - 1 : node.to } : wordBefore(context);
    if (!inside && !context.explicit && word.from === word.to && !/["{,:[]\s*$/.test(text.slice(0, context.pos))) return null;
    const behindColon = /:\s*$/.test(text.slice(0, inside ? node.from : word.from));
    const options = behindColon || node.name === 'String' ? values(root, node, text, inside) : names(root, node, text, inside);
    return options.length === 0 ? null : { from: word.from, to: word.to, options, validFor: /^[\w-]*$/ };
  };
}

function closed(node: SyntaxNode, text: string): boolean {
  return node.to - node.from > 1 && text[node.to - 1] === '"';
}

function wordBefore(context: CompletionContext): { from: number; to: number } {
  return { from: context.matchBefore(/[\w-]+/)?.from ?? context.pos, to: context.pos };
}

function values(root: Shape, node: SyntaxNode, text: string, quoted: boolean): Completion[] {
  const property = around(node, ['Property']);
  const list = around(node, ['Array']);
  // An element of a list that lies deeper than the property is meant itself.
  const path =
    list && (!property || list.from > property.from) ? [...pathOf(list, text), '*'] : property ? pathOf(property, text) : [];
  const found = find(shapes, root, path);
  return found ? valueCompletions(found.shape, quoted) : [];
}

function names(root: Shape, node: SyntaxNode, text: string, quoted: boolean): Completion[] {
  const object = around(node, ['Object']);
  if (!object || around(node, ['Object', 'Array']) !== object) return [];
  const own = node.name === 'PropertyName' ? node.parent : null;
  const present = new Set(
    properties(object)
      .filter((each) => each.from !== own?.from)
      .map((each) => nameOf(each, text)),
  );
  const hasValue = quoted && /^"?\s*:/.test(text.slice(node.to - 1));
  const options = memberCompletions(root, pathOf(object, text), present, quoted, hasValue);
  // The quote that closes the name is written by the completion itself when it goes on with the value.
  return quoted && !hasValue ? options.map((option) => withoutQuote(option)) : options;
}

/** Replaces the closing quote that stands behind the place already. */
function withoutQuote(option: Completion): Completion {
  const { apply } = option;
  if (typeof apply !== 'function') return option;
  return {
    ...option,
    apply: (view, completion, from, to) => {
      const behind = view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
      apply(view, completion, from, behind);
    },
  };
}

/** Says what the member under the pointer means. */
export function explainBy(root: Shape): Extension {
  return hoverTooltip((view, at): Tooltip | null => {
    const text = view.state.doc.toString();
    const node = syntaxTree(view.state).resolveInner(at, 1);
    if (node.name !== 'PropertyName' || !node.parent) return null;
    const found = find(shapes, root, pathOf(node.parent, text));
    if (!found) return null;
    return {
      pos: node.from,
      end: node.to,
      above: true,
      create: () => ({ dom: card(found, nameOf(node.parent as SyntaxNode, text)) }),
    };
  });
}

function card(found: Found, name: string): HTMLElement {
  const said = explanation(found);
  return el(
    'div',
    { class: 'explained' },
    el('div', {}, el('strong', {}, name), ' ', el('span', { class: 'kind' }, kind(found.shape))),
    said !== '' && el('div', {}, said),
  );
}
