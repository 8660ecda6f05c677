// JSON that keeps its numbers: whole numbers beyond 2^53 are read as bigint where the browser shows a number's own text,
// and written back digit by digit.

interface Source {
  source?: string;
}

/** Reads JSON; throws what `JSON.parse` throws. */
export function parseExact(text: string): unknown {
  // A reviver is slow, and a number needs as many digits to be beyond 2^53.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const revive = (_name: string, value: unknown, context?: Source): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive as (name: string, value: unknown) => unknown);
}

const WIDTH = 120;

/** Writes JSON as the corpus is written: what fits on a line stands on one. */
export function writeExact(value: unknown, indent = ''): string {
  const short = inline(value);
  if (indent.length + short.length <= WIDTH || typeof value !== 'object' || value === null) return short;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((each) => deeper + writeExact(each, deeper))
    : members(value).map(([name, each]) => `${deeper}${JSON.stringify(name)}: ${writeExact(each, deeper)}`);
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function members(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, each]) => each !== undefined);
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${members(value)
      .map(([name, each]) => `${JSON.stringify(name)}: ${inline(each)}`)
      .join(', ')}}`;
  }
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null');
}
