// The checkout in Chromium: what it computes, records and says, signed in and not, by mouse and keyboard, at both sizes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openConsole, picture, signedIn, SIZES, startBrowser, startService } from './running.mjs';

let service, browser;

before(async () => {
  [service, browser] = await Promise.all([startService(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await service?.end();
});

/** Opens the checkout, does something with it, and finds that the page complained about nothing but `expected`. */
async function visit(options, act, expected = []) {
  const path = options.signedIn ? signedIn(service.client) : '/';
  const { context, page, failures } = await openConsole(browser, service.address, { path, ...options });
  try {
    // Rules are there when the picker's customer holds something.
    await page.locator('.stamps, .book:not(:empty)').first().waitFor();
    await act(page, context);
    assert.deepEqual(failures.filter((failure) => !expected.some((pattern) => pattern.test(failure))), []);
  } finally {
    await context.close();
  }
}

const add = async (page, product, times = 1) => {
  for (let at = 0; at < times; at++) await page.locator('.product', { has: page.getByText(product, { exact: true }) }).click();
};
/** Intl writes spaces that do not break. */
const text = async (locator) => (await locator.innerText()).replace(/[\u00a0\u202f]/g, ' ').replace(/\s+/g, ' ').trim();
const toPay = (page) => text(page.locator('.sum.pay dd'));
const rewards = async (page) => Promise.all((await page.locator('.reward').all()).map(text));
const choose = async (page, name) => {
  await page.locator('.customer', { hasText: name }).click();
  await page.locator('.customer:has(input:checked)', { hasText: name }).waitFor();
};
const settled = (page, selector, wanted) =>
  page.waitForFunction(([selector, wanted]) => {
    const shown = [...document.querySelectorAll(selector)].map((node) => node.textContent).join('\n');
    return shown.replace(/[\u00a0\u202f]/g, ' ').includes(wanted);
  }, [selector, wanted]);

for (const size of Object.keys(SIZES)) {
  test(`a purchase from the first coffee to the next stamp, ${size}`, async () => {
    await visit({ signedIn: true, size }, async (page) => {
      // The secret has left the address.
      assert.equal(new URL(page.url()).hash, '');
      await settled(page, '.who', 'T00000001');

      await choose(page, 'Siri');
      await settled(page, '.stamps', size === 'desktop' ? '4 av 5' : '5 av 5');
      await add(page, 'Espresso', 2);
      assert.equal(await toPay(page), '70,00 kr');
      await settled(page, '.near', '1 til for 3 for 2 kaffe: spar 35,00 kr');
      await picture(page, `near-${size}`, true);
      await add(page, 'Espresso');
      assert.equal(await toPay(page), '70,00 kr');
      assert.deepEqual(await rewards(page), ['3 for 2 kaffe −35,00 kr', 'Bonus +1,40 kr']);
      assert.equal(await text(page.locator('.sum.bonus dd')), '1,40 kr');

      // Four stamps (five at the second size, where the first purchase was recorded before): one more, or the free cup.
      await add(page, 'Filterkaffe');
      if (size === 'desktop') {
        await settled(page, '.stamps', '5 av 5 stempler, 1 nytt i dette kjøpet');
        assert.equal(await page.locator('.slot.held').count(), 4);
        assert.equal(await page.locator('.slot.new').count(), 1);
      } else {
        await settled(page, '.stamps', 'Kortet er fullt');
        assert.ok((await rewards(page)).includes('Kaffekort −35,00 kr'), (await rewards(page)).join('\n'));
      }
      const paid = await toPay(page);
      await picture(page, `cart-${size}`, true);

      await page.getByRole('button', { name: 'Sjekk med kassen' }).click();
      await settled(page, '.check-result', 'Svarene er like, i alt.');
      const compared = await text(page.locator('.check-result table'));
      assert.ok(compared.includes(`Å betale ${paid} ${paid}`), compared);
      await picture(page, `checked-${size}`, true);

      await page.locator('.pay-button').click();
      await settled(page, '.notices', `Betalt ${paid}. Kjøpet er registrert hos butikken.`);
      await settled(page, '.stamps', size === 'desktop' ? '5 av 5 stempler.' : '0 av 5 stempler.');
      assert.equal(await page.locator('.line').count(), 0);
    });
    // The service has it too.
    const { facts } = await service.api('GET', 'discounts/snapshot?customer_id=siri');
    const card = facts.refs.find(({ statistics }) => statistics.stamp > 0);
    assert.equal(card.statistics.current_stamp, size === 'desktop' ? 5 : 0);
  });
}

test('a code says what it does, or why it does nothing', async () => {
  await visit({ signedIn: true }, async (page) => {
    const field = page.getByLabel('Rabattkode');
    const enter = async (code) => { await field.fill(code); await field.press('Enter'); };
    await add(page, 'Cola 0,5 l');
    await enter('SOMMER');
    await settled(page, '.codes', 'Ingen tilbud har denne koden.');
    await enter('vaffel10');
    await settled(page, '.codes', 'Virker ikke: ingen varer i kurven passer.');
    await picture(page, 'codes', true);
    await add(page, 'Vaffel');
    await settled(page, '.codes', 'Gir 10,00 kr i rabatt.');
    assert.equal(await toPay(page), '61,00 kr');
    await page.getByRole('button', { name: 'Fjern koden vaffel10' }).click();
    assert.equal(await toPay(page), '71,00 kr');
  });
});

test('each customer gets what they hold', async () => {
  await visit({ signedIn: true }, async (page) => {
    await add(page, 'Paraply', 3);
    assert.equal(await toPay(page), '747,00 kr');
    await choose(page, 'Ola');
    await settled(page, '.sum.pay', '672,30 kr');
    await choose(page, 'Kari');
    await settled(page, '.sum.pay', '472,30 kr');
    assert.equal(await text(page.locator('.coupon')), 'Tilgode 0,00 kr igjen');
    await choose(page, 'Ukjent');
    await settled(page, '.sum.pay', '747,00 kr');
    // What may not be discounted is not.
    await add(page, 'Snus');
    assert.equal(await toPay(page), '856,00 kr');
  });
});

test('not signed in, the page computes with the example rules and keeps a book of its own', async () => {
  await visit({}, async (page) => {
    assert.match(await text(page.locator('.book')), /^Demo:/);
    await choose(page, 'Siri');
    await settled(page, '.stamps', '4 av 5');
    await add(page, 'Filterkaffe');
    await settled(page, '.stamps', '5 av 5');
    await page.getByRole('button', { name: 'Sjekk med kassen' }).click();
    await settled(page, '.check-result', 'Logg inn for å sjekke');
    await page.locator('.pay-button').click();
    await settled(page, '.notices', 'Betalt 35,00 kr. Kjøpet huskes på denne siden.');
    await add(page, 'Filterkaffe');
    await settled(page, '.stamps', 'Kortet er fullt');
    assert.equal(await toPay(page), '0,00 kr');
  });
});

test('a client signs in and out, and a wrong secret is told', async () => {
  await visit({}, async (page) => {
    const { client_id: id, client_secret: secret } = service.client;
    await page.getByRole('button', { name: 'Logg inn' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Klient-id').fill(id);
    await form.getByLabel('Hemmelighet').fill('wrong');
    await form.getByRole('button', { name: 'Logg inn' }).click();
    await settled(page, 'dialog', 'Det gikk ikke:');
    await picture(page, 'sign-in');
    await form.getByLabel('Hemmelighet').fill(secret);
    await form.getByRole('button', { name: 'Logg inn' }).click();
    await settled(page, '.book', 'Regler og kjøp ligger hos tjenesten.');
    assert.ok(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).includes(secret));
    await page.getByRole('button', { name: 'Logg ut' }).click();
    await settled(page, '.book', 'Demo:');
  }, [/status of 401/]);
});

test('with the network cut the cart is still computed, and nothing is said to be recorded', async () => {
  await visit({ signedIn: true }, async (page, context) => {
    // Every customer was asked for after loading, and every other page.
    const parts = ['customer_id=kari', 'assets/builder', 'assets/playground'];
    const seen = parts.map((part) => page.waitForResponse((answer) => answer.url().includes(part)));
    await page.reload();
    await Promise.all(seen);
    await page.waitForLoadState('networkidle');
    await context.setOffline(true);
    await choose(page, 'Kari');
    await add(page, 'Espresso', 3);
    assert.deepEqual((await rewards(page)).slice(0, 2), ['3 for 2 kaffe −35,00 kr', 'Tilgode −70,00 kr']);
    await settled(page, '.near', 'for');
    await page.getByRole('button', { name: 'Sjekk med kassen' }).click();
    await settled(page, '.check-result', 'Tjenesten svarer ikke.');
    await page.locator('.pay-button').click();
    await settled(page, '.notices', 'Kjøpet er ikke registrert: Tjenesten svarer ikke.');
    await page.getByRole('link', { name: 'Regelbygger' }).click();
    await page.locator('main.page-builder h1').waitFor();
    await page.getByRole('link', { name: 'Kasse' }).click();
    await page.locator('.line').waitFor();
    await context.setOffline(false);
    await page.locator('.pay-button').click();
    await settled(page, '.notices', 'Kjøpet er registrert hos butikken.');
  }, [/ERR_INTERNET_DISCONNECTED/]);
});

test('everything can be done by keyboard', async () => {
  await visit({}, async (page) => {
    const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
    const focusIs = async (what) => assert.match(await page.evaluate(() => `${document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent} ${document.activeElement.id} ${document.activeElement.value ?? ''}`), what);
    await press('Tab');
    await focusIs(/Til innholdet/);
    await press('Enter', 'Tab');
    await focusIs(/anonymous/);
    await press('ArrowRight');
    await page.locator('.customer:has(input:checked)', { hasText: 'Ola' }).waitFor();
    await focusIs(/ola/);
    await press('Tab');
    await focusIs(/Legg til Filterkaffe/);
    await press('Enter', 'Enter');
    assert.equal(await toPay(page), '70,00 kr');
    await page.getByLabel('Antall Filterkaffe').focus();
    await page.keyboard.type('12');
    assert.equal(await toPay(page), '245,00 kr');
    await focusIs(/Antall Filterkaffe/);
    await page.keyboard.press('Tab');
    await focusIs(/Én til Filterkaffe/);
    await page.getByLabel('Antall Filterkaffe').fill('1');
    await page.getByLabel('Én færre Filterkaffe').focus();
    await press('Enter');
    assert.equal(await page.locator('.line').count(), 0);
    // The focus did not fall off the page with the line.
    await focusIs(/Legg til/);
  });
});

test("a rule's text is shown as text", async () => {
  const name = '<img src=x onerror="document.title=1"><b>fat</b>';
  const rule = await service.api('POST', 'discounts/rules', {
    name, receipt_text: name, reward: { type: 'discount_amount', value: 100 },
    requirement: { purchase_from: '2024-01-01T00:00:00Z', purchase_to: '2099-01-01T00:00:00Z', item: { quantity: 2, items: [{ id: 'solo' }] } },
  });
  await service.api('POST', `discounts/rules/${rule.id}/customers`, { customers: ['/'] });
  await visit({ signedIn: true }, async (page) => {
    await add(page, 'Solo 0,5 l');
    await settled(page, '.near', name);
    await add(page, 'Solo 0,5 l');
    assert.ok((await rewards(page)).some((reward) => reward.startsWith(name)), (await rewards(page)).join('\n'));
    assert.equal(await page.locator('main img, main b').count(), 0);
  });
  await service.api('DELETE', `discounts/rules/${rule.id}`);
});

test('texts and amounts follow the language', async () => {
  await visit({ locale: 'en-GB' }, async (page) => {
    await add(page, 'Cola 0.5 l');
    assert.equal(await toPay(page), 'kr 32.00');
    await page.getByRole('button', { name: 'Norsk' }).click();
    await settled(page, 'h1', 'Kiosken');
    // The cart is what it was.
    assert.equal(await toPay(page), '32,00 kr');
    assert.equal(await page.locator('html').getAttribute('lang'), 'nb');
    await page.reload();
    await settled(page, 'h1', 'Kiosken');
  });
});
