// The sign-in form, in a dialog.

import { el, fill } from './dom.ts';
import { pick } from './i18n.ts';
import { ServiceError, signIn, TEST_ACCOUNT } from './session.ts';
import { texts } from './texts.ts';

/** Opens the form; it closes when the service knows the client. */
export function openSignIn(): void {
  const t = pick(texts);
  const account = el('input', { name: 'account', value: TEST_ACCOUNT, required: true, autocomplete: 'organization', spellcheck: 'false' });
  const client = el('input', { name: 'client', required: true, autocomplete: 'username', spellcheck: 'false' });
  const secret = el('input', { name: 'secret', type: 'password', required: true, autocomplete: 'current-password' });
  const said = el('div', { 'aria-live': 'polite' });
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    try {
      await signIn(account.value.trim(), client.value.trim(), secret.value.trim());
      dialog.close();
    } catch (error) {
      const why = error instanceof ServiceError ? t.signInRefused(error.message) : t.unreachable;
      fill(said, el('p', { class: 'notice bad' }, why));
    }
  };
  const dialog = el(
    'dialog',
    { class: 'sign-in', 'aria-labelledby': 'sign-in-title', onclose: () => dialog.remove() },
    el(
      'form',
      { onsubmit: (event: SubmitEvent) => void submit(event) },
      el('h2', { id: 'sign-in-title' }, t.signIn),
      el('p', { class: 'hint' }, t.signInWhy),
      field(t.account, account),
      field(t.client, client),
      field(t.secret, secret),
      said,
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', class: 'secondary', onclick: () => dialog.close() }, t.close),
        el('button', { type: 'submit' }, t.signIn),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  client.focus();
}

function field(name: string, input: HTMLElement): HTMLElement {
  return el('label', { class: 'field' }, el('span', {}, name), input);
}
