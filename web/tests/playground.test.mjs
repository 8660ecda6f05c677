// The playground in Chromium: cases, problems at their place, links, saved cases, and an input that takes too long.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { accessible } from './accessible.mjs';
import { caseSchema } from './modules.mjs';
import { openConsole, picture, SIZES, startBrowser, startService } from './running.mjs';

let service, browser;

before(async () => {
  [service, browser] = await Promise.all([startService(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await service?.end();
});

/** Opens the playground, does something with it, and finds that the page complained about nothing. */
async function visit(options, act) {
  const { context, page, failures } = await openConsole(browser, service.address, { path: '/#/playground', ...options });
  try {
    await page.locator('.playground[data-answer]').waitFor();
    await act(page, context);
    assert.deepEqual(failures, []);
  } finally {
    await context.close();
  }
}

const answered = (page, kind = 'ok') => page.locator(`.playground[data-answer="${kind}"]`).waitFor();
const text = async (locator) =>
  (await locator.innerText())
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const toPay = (page) => text(page.locator('.receipt .total .amount'));
const editor = (page, name) => page.getByRole('textbox', { name, exact: true });

/** Replaces all that stands in an editor, as a paste would. */
async function type(page, name, content) {
  await editor(page, name).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(content);
}

const RECEIPT =
  '{"purchase_at": "2024-06-01T12:00:00+02:00", "currency": "NOK", "items": [{"line_id": 1, "id": "kaffe", "quantity": 3, "gross_amount": 10500, "eligible_for_discount": true}]}';
const RULE =
  '[{"id": "tre", "name": "3 for 2", "requirement": {"item": {"quantity": 3, "items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_item_quantity", "value": 1}}]';

test('the kiosk stands there at first, drawn, judged, pictured and as JSON', () =>
  visit({}, async (page) => {
    await answered(page);
    assert.equal(await toPay(page), '165,00 kr');
    await page.getByRole('tab', { name: 'Regler' }).click();
    const three = page.locator('.verdict', { hasText: '3 for 2 kaffe' }).first();
    assert.match(await text(three), /Gitt.*Kjøp 3, betal for 2, i gruppen kaffe.*−35,00 kr/);
    assert.match(await text(page.locator('.verdict', { hasText: 'Medlem: 10 %' })), /Nesten.*for lite.*Ville gitt/);
    await page.keyboard.press('ArrowRight');
    assert.equal(
      await page
        .locator('.bars svg')
        .first()
        .getAttribute('aria-label')
        .then((label) => label.replace(/\u00a0/g, ' ')),
      'Filterkaffe: Brutto 105,00 kr, 3 for 2 kaffe −35,00 kr, netto 70,00 kr',
    );
    const bar = page.locator('.bars li').first();
    const width = async (selector) => Number(await bar.locator(selector).getAttribute('width'));
    assert.equal((await width('.bar-net')).toFixed(1), ((await width('.bar-off')) * 2).toFixed(1), 'two thirds are paid');
    await page.getByRole('tab', { name: 'JSON' }).click();
    await page.locator('.answer-body .cm-content', { hasText: '"ok": true' }).waitFor();
  }));

test('a case is found by its words, opened, agrees, and differs when it is changed', () =>
  visit({}, async (page) => {
    await page.getByRole('button', { name: 'Åpne eksempel' }).click();
    await page.getByRole('searchbox').fill('§8.3 burger menu');
    assert.match(await text(page.locator('.case-picker .hint')), /^(Ett|\d+) eksemp/);
    await page.getByRole('searchbox').press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.case-told .notice.good').waitFor();
    assert.match(page.url(), /#\/playground\?case=[a-z-]+\/[a-z0-9-]+$/);
    await type(page, 'Kvittering', RECEIPT);
    await page.locator('.case-told .notice.bad').waitFor();
    assert.match(await text(page.locator('.differences table')), /\/outcome\/totals/);
    assert.equal(new URL(page.url()).hash, '#/playground', 'the address does not name what is no longer shown');
    await page.reload();
    await page.locator('.case-told .notice.bad').waitFor();
  }));

test('a case whose Call is no JSON is shown as it is', () =>
  visit({ path: '/#/playground?case=invalid-text/trailing-comma' }, async (page) => {
    await answered(page, 'refused');
    await page.locator('.case-told .notice.good').waitFor();
    assert.equal(await page.locator('.editor').count(), 1 + (await page.locator('.answer-body .editor').count()));
  }));

test('what is wrong is marked where it stands, and told in words', () =>
  visit({}, async (page) => {
    await type(page, 'Regler', RULE.replace('"value": 1', '"value": 9'));
    await answered(page, 'refused');
    await page.locator('.text-rules .cm-lintRange-error', { hasText: /^9$/ }).waitFor();
    assert.match(await text(page.locator('.problems')), /Ett problem.*\/rules\/0\/reward\/value.*Flere kan ikke være gratis/);
    await page.locator('.problems button').click();
    assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.getSelection?.().toString() ?? '9'), '9');
    await type(page, 'Regler', RULE.replace('"id": "tre",', ''));
    await page.locator('.text-rules .cm-lintRange-error', { hasText: /^{$/ }).waitFor();
    await type(page, 'Regler', RULE.slice(0, -2));
    await answered(page, 'none');
    await page.locator('.text-rules .cm-lintRange-error').waitFor();
    assert.match(await text(page.locator('.problems')), /Regler er ikke JSON ennå/);
    // The receipt first: nothing is answered until the rules are right too.
    await type(page, 'Kvittering', RECEIPT);
    await type(page, 'Regler', RULE);
    await answered(page);
    assert.equal(await toPay(page), '70,00 kr');
    assert.equal(await page.locator('.cm-lintRange-error').count(), 0);
  }));

// Proposals and explanations wait a moment by the clock, so it must go.
test('members and words are proposed and explained', () =>
  visit({ at: null }, async (page) => {
    await type(page, 'Regler', '[{"id": "a", "reward": {}}]');
    for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('"ty');
    await page.locator('.cm-completionInfo', { hasText: 'Hvordan `value` leses' }).waitFor();
    // Nothing is taken in the first moment, when a key might be meant for the text.
    await page.waitForTimeout(150);
    await page.keyboard.press('Enter');
    await page.keyboard.type('discount_m', { delay: 20 });
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'discount_mix_new_price' }).waitFor();
    await page.waitForTimeout(150);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      document
        .querySelector('.text-rules .editor')
        .shadowRoot.querySelector('.cm-content')
        .textContent.includes('{"type": "discount_mix_new_price"}'),
    );
    await page.locator('.text-rules .cm-line span', { hasText: 'reward' }).first().hover();
    await page.locator('.explained', { hasText: 'Hva som gis.' }).waitFor();
  }));

test('a link brings the state to another browser', () =>
  visit({}, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await type(page, 'Regler', RULE);
    await type(page, 'Kvittering', RECEIPT.replace('10500', '30000'));
    await page.waitForFunction(() => document.querySelector('.receipt .total .amount')?.textContent.startsWith('200'));
    await page.getByRole('button', { name: 'Kopier lenke' }).click();
    await page.locator('.said .notice.good').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await visit({ path: link.slice(service.address.length), locale: 'en-GB' }, async (other) => {
      await answered(other);
      assert.match(await toPay(other), /200\.00/);
      assert.match(await text(editor(other, 'Rules')), /"id": "tre"/);
    });
    await visit({ path: '/#/playground?s=broken' }, async (other) => {
      await other.locator('.said .notice.bad').waitFor();
      await answered(other);
    });
  }));

test('a case is saved in the corpus’ own format', () =>
  visit({}, async (page) => {
    await type(page, 'Regler', RULE);
    await type(page, 'Kvittering', RECEIPT);
    await page.waitForFunction(() => document.querySelector('.receipt .total .amount')?.textContent.startsWith('70,00'));
    await page.getByRole('button', { name: 'Lagre som eksempel' }).click();
    await page.getByLabel('Filnavn').fill('tre-for-to');
    await page.getByLabel('Hvorfor').fill('Den billigste av tre kopper er gratis.');
    await page.getByLabel('Paragrafer').fill('side 3');
    await page.getByRole('button', { name: 'Last ned' }).click();
    await page.locator('.save-case .notice.bad').waitFor();
    await page.getByLabel('Paragrafer').fill('§8.1, §6.3');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Last ned' }).click()]);
    assert.equal(download.suggestedFilename(), 'tre-for-to.json');
    const path = await download.path();
    const saved = JSON.parse(readFileSync(path, 'utf8'));
    const valid = new Ajv2020({ allowUnionTypes: true }).compile(caseSchema());
    assert.ok(valid(saved), JSON.stringify(valid.errors));
    assert.deepEqual([saved.cites, saved.expect.outcome.totals.discount], [['§8.1', '§6.3'], 3500]);
    await page.locator('input[type=file]').setInputFiles(path);
    await page.locator('.case-told .notice.good').waitFor();
  }));

test('text from rules and receipts stays text', () =>
  visit({}, async (page) => {
    const evil = '<img src=x onerror=alert(1)>';
    page.on('dialog', () => assert.fail('a script ran'));
    await type(
      page,
      'Regler',
      RULE.replace('"3 for 2"', JSON.stringify(evil))
        .replace('"id": "tre"', `"id": "tre", "receipt_text": ${JSON.stringify(evil)}`)
        .replace('"id": "kaffe"', `"id": ${JSON.stringify(evil)}`),
    );
    await type(
      page,
      'Kvittering',
      RECEIPT.replace('"id": "kaffe"', `"id": ${JSON.stringify(evil)}, "description": ${JSON.stringify(evil)}`),
    );
    await page.locator('.receipt', { hasText: evil }).waitFor();
    for (const tab of ['Regler', 'Priser', 'JSON']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.answer-body', { hasText: tab === 'JSON' ? 'onerror=alert(1)' : evil }).waitFor();
    }
    assert.equal(await page.locator('main img').count(), 0);
  }));

test('an evaluation that takes too long is ended, and the next one works', () =>
  visit({}, async (page) => {
    await answered(page);
    // A worker that never answers stands for rules that never end: the engine itself counts its steps.
    await page.evaluate(() => {
      const { postMessage } = Worker.prototype;
      let first = true;
      Worker.prototype.postMessage = function post(...message) {
        if (first) first = false;
        else postMessage.apply(this, message);
      };
    });
    await type(page, 'Kvittering', RECEIPT);
    await page.locator('.problems .notice.bad', { hasText: 'avbrutt etter 5 sekunder' }).waitFor();
    await type(page, 'Regler', RULE);
    await answered(page);
    assert.equal(await toPay(page), '70,00 kr');
  }));

test('it works without a network once it is loaded, and in English', () =>
  visit({ locale: 'en-GB' }, async (page, context) => {
    await answered(page);
    await context.setOffline(true);
    await type(page, 'Rules', RULE);
    await type(page, 'Receipt', RECEIPT);
    await page.waitForFunction(() => /\b70\.00/.test(document.querySelector('.receipt .total .amount')?.textContent ?? ''));
    assert.equal(await page.getByRole('tab', { name: 'Prices' }).count(), 1);
  }));

test('changing the language keeps what is worked on', () =>
  visit({}, async (page) => {
    await type(page, 'Regler', RULE);
    await answered(page);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    assert.match(await text(editor(page, 'Rules')), /"id": "tre"/);
  }));

for (const size of Object.keys(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`everybody can use it, ${size}, ${colorScheme}`, () =>
      visit({ size, colorScheme }, async (page) => {
        await answered(page);
        for (const tab of ['Kvittering', 'Regler', 'Priser', 'JSON']) {
          await page.getByRole('tab', { name: tab }).click();
          await picture(page, `playground-${tab.toLowerCase()}-${size}-${colorScheme}`, size === 'phone');
          await accessible(page);
        }
        await page.getByRole('button', { name: 'Åpne eksempel' }).click();
        await page.locator('.case').first().waitFor();
        await picture(page, `playground-cases-${size}-${colorScheme}`);
        await accessible(page);
        await page.keyboard.press('Escape');
        await type(page, 'Regler', RULE.replace('"value": 1', '"value": 9'));
        await answered(page, 'refused');
        await picture(page, `playground-problems-${size}-${colorScheme}`, size === 'phone');
        await accessible(page);
      }));
  }
}
