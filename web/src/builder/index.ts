import { el, fill } from '../dom.ts';

export function mount(root: HTMLElement): () => void {
  fill(root, el('h1', {}, 'builder'));
  return () => undefined;
}
