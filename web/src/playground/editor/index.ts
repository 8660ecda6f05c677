// A JSON editor. It stands in a shadow root: there CodeMirror's styles are constructed style sheets, which the page's
// Content-Security-Policy allows where a <style> element would be refused.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { el } from '../../dom.ts';
import { language } from '../../i18n.ts';
import type { Range } from '../../json/place.ts';
import type { Shape } from '../schema/shape.ts';
import { completeBy, explainBy } from './complete.ts';
import { phrases } from './phrases.ts';
import { look } from './look.ts';
import { typedOver } from './typed-over.ts';

export interface Problem extends Range {
  message: string;
}

export interface EditorOptions {
  /** What a screen reader calls it. */
  label: string;
  /** What may stand in it; left out, nothing is proposed. */
  shape?: Shape;
  text: string;
  readOnly?: boolean;
  onChange?(text: string): void;
}

export interface Editor {
  element: HTMLElement;
  text(): string;
  setText(text: string): void;
  show(problems: Problem[]): void;
  /** Puts the cursor there. */
  goTo(range: Range): void;
  destroy(): void;
}

export function editor(options: EditorOptions): Editor {
  const element = el('div', { class: 'editor' });
  const root = element.attachShadow({ mode: 'open' });
  // Set by the program, not by a hand: nobody is told.
  let quiet = false;
  const changes = EditorView.updateListener.of((update) => {
    if (update.docChanged && !quiet) options.onChange?.(update.state.doc.toString());
  });
  const translated = new Compartment();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        foldGutter({ openText: '⌄', closedText: '›' }),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        indentUnit.of('  '),
        json(),
        lintGutter(),
        look,
        typedOver,
        translated.of(language() === 'nb' ? EditorState.phrases.of(phrases) : []),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', tabindex: '0' }),
        // Tab leaves the editor, as everywhere else on the page.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        options.readOnly ? EditorState.readOnly.of(true) : [],
        options.shape
          ? [autocompletion(), explainBy(options.shape), jsonLanguage.data.of({ autocomplete: completeBy(options.shape) })]
          : [],
        changes,
      ],
    }),
  });
  return {
    element,
    text: () => view.state.doc.toString(),
    setText(text) {
      quiet = true;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 },
        scrollIntoView: true,
      });
      quiet = false;
    },
    show(problems) {
      const length = view.state.doc.length;
      const diagnostics = problems.map(({ from, to, message }): Diagnostic => ({
        from: Math.min(from, length),
        to: Math.min(to, length),
        severity: 'error',
        message,
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo({ from, to }) {
      const length = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, length), head: Math.min(to, length) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
