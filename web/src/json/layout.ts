// A JSON text laid out anew for a width. Numbers, texts and double members stay letter for letter: only the space between
// them changes.

import type { SyntaxNode } from '@lezer/common';
import { parseTree, properties, rootValue, syntaxError, valueOf } from './place.ts';

/** The text for so many columns; as it is when it is no JSON. */
export function laidOut(text: string, columns: number): string {
  if (text.trim() === '') return text;
  const tree = parseTree(text);
  const root = rootValue(tree);
  return root && syntaxError(tree, text) === undefined ? written(root, text, columns, '') : text;
}

function written(node: SyntaxNode, text: string, columns: number, indent: string, before = 0): string {
  const short = inline(node, text);
  const inside = parts(node);
  if (inside.length === 0 || indent.length + before + short.length <= columns) return short;
  const deeper = `${indent}  `;
  const lines = inside.map((part) => {
    const name = nameText(part, text);
    const value = valueOf(part) ?? part;
    return deeper + name + written(value, text, columns, deeper, name.length);
  });
  const [open, close] = node.name === 'Array' ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** Members of an object, elements of a list. */
function parts(node: SyntaxNode): SyntaxNode[] {
  if (node.name === 'Object') return properties(node);
  const found: SyntaxNode[] = [];
  if (node.name !== 'Array') return found;
  for (let child = node.firstChild; child; child = child.nextSibling) if (!'[],'.includes(child.name)) found.push(child);
  return found;
}

/** `"name": ` of a member, nothing for an element. */
function nameText(part: SyntaxNode, text: string): string {
  const name = part.getChild('PropertyName');
  return name ? `${text.slice(name.from, name.to)}: ` : '';
}

function inline(node: SyntaxNode, text: string): string {
  if (node.name !== 'Object' && node.name !== 'Array') return text.slice(node.from, node.to);
  const [open, close] = node.name === 'Array' ? '[]' : '{}';
  return (
    open +
    parts(node)
      .map((part) => nameText(part, text) + inline(valueOf(part) ?? part, text))
      .join(', ') +
    close
  );
}
