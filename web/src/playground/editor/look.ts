// The editor in the page's colours.

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const frame = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--ink)', backgroundColor: 'var(--surface)' },
  // The page draws it around the whole (`style.css`).
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--warm) 22%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'color-mix(in srgb, var(--accent) 30%, transparent)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--raised)', borderColor: 'var(--line)', color: 'var(--ink-soft)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
    fontSize: '13px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15em' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--accent-ink)' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.75' },
  '.cm-completionInfo': { maxWidth: '22em', padding: '8px 10px', fontFamily: 'var(--font)' },
  '.explained': { padding: '8px 10px', maxWidth: '26em', fontFamily: 'var(--font)' },
  '.explained .kind': { color: 'var(--ink-soft)', fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-diagnostic': { padding: '6px 10px', borderLeft: '4px solid var(--bad)', fontFamily: 'var(--font)', maxWidth: '34em' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
    backgroundColor: 'color-mix(in srgb, var(--bad) 10%, transparent)',
  },
  // The library's own markers are images in data: URLs, which the page's policy refuses.
  '.cm-lint-marker-error': {
    content: 'normal',
    width: '0.7em',
    height: '0.7em',
    margin: '0.35em 0.15em',
    borderRadius: '50%',
    backgroundColor: 'var(--bad)',
  },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
    color: 'var(--ink)',
    border: '1px solid var(--edge)',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'light-dark(#0b5f58, #5fd6c6)' },
  { tag: tags.string, color: 'light-dark(#7a3e00, #f2c078)' },
  { tag: tags.number, color: 'light-dark(#1d4ed8, #9cc2ff)' },
  { tag: [tags.bool, tags.null], color: 'light-dark(#8b1e8b, #e8a6e8)' },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: 'var(--ink-soft)' },
]);

export const look: Extension = [frame, syntaxHighlighting(colours)];
