// Pages by the word behind #/; each is loaded when it is first wanted.

export interface Page {
  /** Draws the page; gives back how to clean up. */
  mount(root: HTMLElement): () => void;
}

export type PageName = 'checkout' | 'playground' | 'builder';

export const PAGES: Record<PageName, () => Promise<Page>> = {
  checkout: () => import('./checkout/index.ts'),
  playground: () => import('./playground/index.ts'),
  builder: () => import('./builder/index.ts'),
};

/** The page that the address names; what follows `?` belongs to the page. */
export function pageInAddress(): PageName {
  const name = location.hash.match(/^#\/([a-z]+)/)?.[1] ?? '';
  return name in PAGES ? (name as PageName) : 'checkout';
}
