// Reading a rule that may be anything: what has the wrong shape is as if it were not there, since the
// engine's diagnostics say so at its place.

export type Json = Record<string, unknown>;

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, number or truth value as text. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Texts out of a list or a single one. */
export function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(text).filter((each) => each !== undefined);
}

/** One entry of an item list. */
export interface Entry {
  id?: string;
  group?: string;
}

export type Goods = { kind: 'every' } | { kind: 'any' } | { kind: 'listed'; entries: Entry[] };

export function entries(value: unknown): Entry[] {
  return list(value)
    .map(object)
    .map((entry) => {
      const read: Entry = {};
      const id = text(entry.id);
      const group = text(entry.group_id);
      if (id !== undefined) read.id = id;
      if (group !== undefined) read.group = group;
      return read;
    })
    .filter((entry) => entry.id !== undefined || entry.group !== undefined);
}

/** Which goods a list of entries stands for (§6.2). */
export function goods(value: unknown): Goods {
  const listed = entries(value);
  if (listed.length === 0 || listed.every((entry) => entry.id === '*')) return { kind: 'every' };
  if (listed.length === 1 && listed[0]?.id === 'ANY_ITEM') return { kind: 'any' };
  return { kind: 'listed', entries: listed };
}

export interface Mix {
  goods: Entry[];
  quantity: number;
  eligible: boolean;
}

export function mixes(value: unknown): Mix[] {
  return list(value)
    .map(object)
    .map((mix) => ({
      goods: entries(mix.items),
      quantity: number(mix.quantity) ?? 1,
      eligible: mix.reward_eligible !== false,
    }));
}

/** Leaves of a free-form object, each with its path: `{"a": {"b": [1, 2]}}` is `a.b`: 1, 2. */
export function leaves(value: unknown, path = ''): { path: string; values: string[] }[] {
  const direct = texts(value);
  if (direct.length > 0) return [{ path, values: direct }];
  const inside = Array.isArray(value) ? value.map((each) => ['', each] as const) : Object.entries(object(value));
  return inside.flatMap(([name, each]) => leaves(each, name === '' ? path : path === '' ? name : `${path}.${name}`));
}
