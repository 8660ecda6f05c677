import type { Texts } from '../i18n.ts';

interface PlaygroundTexts {
  title: string;
  intro: string;
  openCase: string;
  openFile: string;
  saveCase: string;
  copyLink: string;
  linkCopied: string;
  linkTooLong: string;
  linkBroken: string;
  linkShown: string;
  caseUnknown(name: string): string;
  fileBroken(name: string): string;
  rules: string;
  receipt: string;
  facts: string;
  factsHint: string;
  call: string;
  callHint: string;
  answer: string;
  tabs: Record<'receipt' | 'verdicts' | 'prices' | 'json', string>;
  notJson: string;
  notJsonIn(part: string): string;
  problems(count: number): string;
  waiting: string;
  ended(seconds: number): string;
  broken(why: string): string;
  took(ms: string): string;
  unproven(gap: string): string;
  agrees: string;
  differs(count: number): string;
  place: string;
  expectedValue: string;
  gotValue: string;
  nothing: string;
  searchCases: string;
  casesFound(count: number): string;
  close: string;
  saveCaseHint: string;
  caseName: string;
  caseWhy: string;
  caseCites: string;
  badCites: string;
  cannotSave: string;
  download: string;
}

export const texts: Texts<PlaygroundTexts> = {
  nb: {
    title: 'Lekeplass',
    intro: 'Endre reglene eller kvitteringen, og se hva svaret blir.',
    openCase: 'Åpne eksempel',
    openFile: 'Åpne fil',
    saveCase: 'Lagre som eksempel',
    copyLink: 'Kopier lenke',
    linkCopied: 'Lenken er kopiert.',
    linkTooLong: 'Dette er for stort for en lenke. Lagre det som et eksempel i stedet.',
    linkBroken: 'Lenken kan ikke leses; en del av den mangler kanskje.',
    linkShown: 'Nettleseren lot ikke siden kopiere. Lenken står nå i adressefeltet.',
    caseUnknown: (name) => `Det finnes ikke noe eksempel som heter ${name}.`,
    fileBroken: (name) => `${name} er ikke JSON.`,
    rules: 'Regler',
    receipt: 'Kvittering',
    facts: 'Fakta om kunden',
    factsHint: 'Hva kunden har fått og brukt. Tomt: hver regel kan brukes.',
    call: 'Hele kallet',
    callHint: 'Dette eksemplet er ikke JSON, og vises som det er.',
    answer: 'Svar',
    tabs: { receipt: 'Kvittering', verdicts: 'Regler', prices: 'Priser', json: 'JSON' },
    notJson: 'Dette er ikke JSON: noe mangler eller er for mye her.',
    notJsonIn: (part) => `${part} er ikke JSON ennå. Stedet er merket.`,
    problems: (count) => (count === 1 ? 'Ett problem' : `${count} problemer`),
    waiting: 'Regner …',
    ended: (seconds) =>
      `Utregningen ble avbrutt etter ${seconds} sekunder. Gjør reglene eller kvitteringen mindre; neste endring regnes ut på nytt.`,
    broken: (why) => `Motoren stoppet: ${why}. Neste endring starter den på nytt.`,
    took: (ms) => `Regnet ut på ${ms} ms`,
    unproven: (gap) => `Søket etter de beste tilbudene brukte opp stegene sine; høyst ${gap} øre mer rabatt finnes.`,
    agrees: 'Svaret er som eksemplet sier.',
    differs: (count) => (count === 1 ? 'Ett sted er ulikt det eksemplet sier:' : `${count} steder er ulike det eksemplet sier:`),
    place: 'Sted',
    expectedValue: 'Ventet',
    gotValue: 'Fikk',
    nothing: 'ingenting',
    searchCases: 'Søk i navn, setning eller §',
    casesFound: (count) => (count === 1 ? 'Ett eksempel' : `${count} eksempler`),
    close: 'Lukk',
    saveCaseHint: 'Lastes ned i formatet til rules-examples, med svaret slik det er nå.',
    caseName: 'Filnavn (små bokstaver og bindestrek)',
    caseWhy: 'Hvorfor svaret er riktig, i én setning',
    caseCites: 'Paragrafer det viser, som §5.3',
    badCites: 'Paragrafer skrives som §5 eller §5.3, med mellomrom mellom.',
    cannotSave: 'Det er ikke noe svar å lagre ennå.',
    download: 'Last ned',
  },
  en: {
    title: 'Playground',
    intro: 'Change the rules or the receipt, and see what the answer becomes.',
    openCase: 'Open a case',
    openFile: 'Open a file',
    saveCase: 'Save as case',
    copyLink: 'Copy link',
    linkCopied: 'The link is copied.',
    linkTooLong: 'This is too much for a link. Save it as a case instead.',
    linkBroken: 'The link cannot be read; perhaps a part of it is missing.',
    linkShown: 'The browser did not let the page copy. The link stands in the address bar now.',
    caseUnknown: (name) => `There is no case called ${name}.`,
    fileBroken: (name) => `${name} is not JSON.`,
    rules: 'Rules',
    receipt: 'Receipt',
    facts: 'Facts about the customer',
    factsHint: 'What the customer was given and used. Empty: every rule may be used.',
    call: 'The whole Call',
    callHint: 'This case is not JSON, and is shown as it is.',
    answer: 'Answer',
    tabs: { receipt: 'Receipt', verdicts: 'Rules', prices: 'Prices', json: 'JSON' },
    notJson: 'This is not JSON: something is missing or too much here.',
    notJsonIn: (part) => `${part}: this is not JSON yet. The place is marked.`,
    problems: (count) => (count === 1 ? 'One problem' : `${count} problems`),
    waiting: 'Calculating …',
    ended: (seconds) =>
      `The evaluation was ended after ${seconds} seconds. Make the rules or the receipt smaller; the next change is evaluated anew.`,
    broken: (why) => `The engine stopped: ${why}. The next change starts it again.`,
    took: (ms) => `Evaluated in ${ms} ms`,
    unproven: (gap) => `The search for the best deals ran out of steps; at most ${gap} minor units more exist.`,
    agrees: 'The answer is what the case says.',
    differs: (count) =>
      count === 1 ? 'One place differs from what the case says:' : `${count} places differ from what the case says:`,
    place: 'Place',
    expectedValue: 'Expected',
    gotValue: 'Got',
    nothing: 'nothing',
    searchCases: 'Search names, sentences or §',
    casesFound: (count) => (count === 1 ? 'One case' : `${count} cases`),
    close: 'Close',
    saveCaseHint: 'Downloads it in the format of rules-examples, with the answer as it is now.',
    caseName: 'File name (small letters and hyphens)',
    caseWhy: 'Why the answer is right, in one sentence',
    caseCites: 'Paragraphs it shows, as §5.3',
    badCites: 'Paragraphs are written as §5 or §5.3, with spaces between.',
    cannotSave: 'There is no answer to save yet.',
    download: 'Download',
  },
};
