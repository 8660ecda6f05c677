// A small drawing for each group of goods, and for what looks different.

import { svg } from '../dom.ts';
import type { Group, Product } from './products.ts';

const PATHS: Record<Group, string> = {
  kaffe: 'M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4V9Zm11 1h1.5a2.5 2.5 0 0 1 0 5H16M8 3v2.5M12 3v2.5',
  bakst: 'M4 14a8 6.5 0 0 1 16 0v1.5a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 15.5V14Zm4-2 1.5 2M12 10.5v2.5m4-1-1.5 2',
  polse: 'M4.5 16.5a3 3 0 0 1 0-4.2l7.8-7.8a3 3 0 0 1 4.2 0M7.5 19.5a3 3 0 0 0 4.2 0l7.8-7.8a3 3 0 0 0 0-4.2M6 18 18 6m-1.5-1.5 3 3m-15 9 3 3',
  brus: 'M10 3h4v3l2 3v10a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2V9l2-3V3Zm-2 9h8m-8 5h8',
  popcorn: 'M6 10h12l-1.5 11h-9L6 10Zm4 0 .7 11M14 10l-.7 11M6 10a2.5 2.5 0 1 1 2-4 3.2 3.2 0 0 1 6-1 2.6 2.6 0 0 1 4 5',
  film: 'M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7Zm4-2v14m8-14v14M4 9.5h4m-4 5h4m8-5h4m-4 5h4',
  regn: 'M12 3v2m0 0a8 8 0 0 1 8 8c-1.2-1.4-2.8-1.4-4 0-1.2-1.4-2.8-1.4-4 0-1.2-1.4-2.8-1.4-4 0-1.2-1.4-2.8-1.4-4 0a8 8 0 0 1 8-8Zm0 8v5.5a2 2 0 0 1-4 0',
  tobakk: 'M4 10a8 4 0 1 0 16 0 8 4 0 1 0-16 0Zm0 0v4.5a8 4 0 0 0 16 0V10M9 9.5h6',
};

const VAFFEL = 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm-3 .6v14.8m6-14.8v14.8M4.6 9h14.8M4.6 15h14.8';

export function productIcon({ id, group }: Product): SVGElement {
  return svg('svg', { viewBox: '0 0 24 24', width: 24, height: 24, class: 'icon', 'aria-hidden': 'true' }, svg('path', { d: id === 'vaffel' ? VAFFEL : PATHS[group] }));
}
