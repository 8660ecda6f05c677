// What is wrong with rules, receipts and facts, in the page's language. The engine's own sentences are English and
// know more; in Norwegian there is one for each code.

import { language } from './i18n.ts';

const NB: Record<string, string> = {
  bad_json: 'Teksten er ikke JSON.',
  too_deep: 'Lister og objekter ligger for dypt i hverandre.',
  duplicate_member: 'Det samme feltet står to ganger.',
  wrong_type: 'Her hører en annen slags verdi hjemme.',
  missing_member: 'Et felt som trengs, mangler.',
  out_of_range: 'Tallet er for stort.',
  fractional_number: 'Her hører et helt tall hjemme: øre eller antall.',
  negative_number: 'Dette kan ikke være negativt.',
  unknown_value: 'Dette er ikke et av ordene som kan stå her.',
  bad_time: 'Dette er ikke et tidspunkt (2024-06-01T12:00:00+02:00) eller klokkeslett (TT:MM).',
  bad_zone: 'Tidssonen finnes ikke; skriv den som Europe/Oslo.',
  bad_currency: 'En valuta er tre store bokstaver, som NOK.',
  bad_mcc_range: 'Et område er start og end, hver med fire siffer, i rekkefølge.',
  missing_id: 'Hver regel trenger en egen id.',
  duplicate_id: 'En annen har den samme id-en.',
  duplicate_line_id: 'To linjer har det samme nummeret.',
  unknown_reward_type: 'En slik belønning finnes ikke.',
  percent_out_of_range: 'En prosent ligger mellom 0 og 100.',
  value_above_quantity: 'Flere kan ikke være gratis enn det kjøpes.',
  empty_window: 'Slutten må være etter starten.',
  values_without_items: 'Egne verdier krever at varene er listet i requirement.item.items.',
  wildcard_in_mix: 'En pakke lister varer eller grupper én for én; * kan ikke stå her.',
  wildcard_not_alone: '* og ANY_ITEM står alene.',
  empty_entry: 'Oppgi en vare (id), en gruppe (group_id) eller begge.',
  empty_code: 'Koden er tom.',
  mix_without_items: 'Denne delen av pakken kan aldri fylles: oppgi minst én vare eller gruppe.',
  no_eligible_mix: 'Minst én del av pakken må være med i belønningen.',
  mixes_missing: 'En pakkepris trenger delene pakken består av.',
  mix_quantity: 'En del av pakken er minst én enhet.',
  too_many_mixes: 'En regel har høyst 32 deler.',
  debit_with_bonus: 'En saldo er kundens egne penger og kan ikke være bonus.',
  debit_with_mixes: 'En saldo betaler for linjer, ikke pakker.',
  stamp_below_one: 'Et stempelkort har minst ett stempel.',
  self_activation: 'En regel kan ikke slå av seg selv.',
  overflow: 'Et beløp ble for stort.',
};

/** A problem in a sentence. */
export function problemText(problem: { code?: string; message?: string }): string {
  const own = language() === 'nb' ? NB[problem.code ?? ''] : undefined;
  const said = own ?? problem.message ?? problem.code ?? '';
  return `${said.charAt(0).toLocaleUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? '' : '.'}`;
}
