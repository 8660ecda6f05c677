import type { Texts } from './i18n.ts';

interface Frame {
  checkout: string;
  playground: string;
  builder: string;
  skip: string;
  pages: string;
  language: string;
  theme: string;
  themes: Record<'auto' | 'light' | 'dark', string>;
  signIn: string;
  signOut: string;
  signedIn(account: string): string;
  account: string;
  client: string;
  secret: string;
  close: string;
  signInWhy: string;
  signInRefused(why: string): string;
  unreachable: string;
  broken(why: string): string;
}

export const texts: Texts<Frame> = {
  nb: {
    checkout: 'Kasse',
    playground: 'Lekeplass',
    builder: 'Regelbygger',
    skip: 'Til innholdet',
    pages: 'Sider',
    language: 'Språk',
    theme: 'Farger',
    themes: { auto: 'Som enheten', light: 'Lyst', dark: 'Mørkt' },
    signIn: 'Logg inn',
    signOut: 'Logg ut',
    signedIn: (account) => `Innlogget: ${account}`,
    account: 'Konto',
    client: 'Klient-id',
    secret: 'Hemmelighet',
    close: 'Lukk',
    signInWhy: 'Med en API-klient bruker siden butikkens egne regler. Id og hemmelighet vises ved første start, og ligger i data/client.json.',
    signInRefused: (why) => `Det gikk ikke: ${why}`,
    unreachable: 'Tjenesten svarer ikke.',
    broken: (why) => `Siden kunne ikke vises: ${why}`,
  },
  en: {
    checkout: 'Checkout',
    playground: 'Playground',
    builder: 'Rule builder',
    skip: 'Skip to content',
    pages: 'Pages',
    language: 'Language',
    theme: 'Colours',
    themes: { auto: 'As the device', light: 'Light', dark: 'Dark' },
    signIn: 'Sign in',
    signOut: 'Sign out',
    signedIn: (account) => `Signed in: ${account}`,
    account: 'Account',
    client: 'Client id',
    secret: 'Secret',
    close: 'Close',
    signInWhy: "With an API client the page uses the shop's own rules. Id and secret are shown at first start, and kept in data/client.json.",
    signInRefused: (why) => `That did not work: ${why}`,
    unreachable: 'The service does not answer.',
    broken: (why) => `The page could not be shown: ${why}`,
  },
};
