// Where two answers differ, as JSON pointers.

/** The pointers of everything that differs, in document order; none when they are equal, whatever the order of members. */
export function differences(a: unknown, b: unknown, pointer = ''): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return [pointer || '/'];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => {
    const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return differences((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], below);
  });
}
