// Does an Answer hold what a case expects? As the corpus is compared: objects may have more members than expected, an
// expected `null` must be absent, lists have the same length, numbers compare by value.

export interface Difference {
  /** JSON pointer into the Answer. */
  at: string;
  /** `undefined`: nothing belongs there. */
  expected: unknown;
  /** `undefined`: nothing is there. */
  got: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member's name in a JSON pointer. */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Every place where the two part; empty when the Answer is right. */
export function differences(expected: unknown, got: unknown, at = ''): Difference[] {
  if (isObject(expected) && isObject(got)) {
    return Object.entries(expected).flatMap(([name, value]) => {
      const here = `${at}/${escaped(name)}`;
      if (got[name] === undefined || (value === null && got[name] === null)) {
        return value === null ? [] : [{ at: here, expected: value, got: undefined }];
      }
      return differences(value, got[name], here);
    });
  }
  if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length) {
    return expected.flatMap((value, place) => differences(value, got[place], `${at}/${place}`));
  }
  return same(expected, got) ? [] : [{ at, expected, got }];
}

function same(expected: unknown, got: unknown): boolean {
  const number = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
  // `==` compares a number with a bigint by value.
  return number(expected) && number(got) ? expected == got : expected === got;
}
