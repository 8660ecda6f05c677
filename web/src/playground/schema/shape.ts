// What may stand where in a JSON text, as far as an editor wants to know.

export interface Shape {
  type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'any';
  /** Another shape by name. */
  ref?: string;
  members?: Record<string, Shape>;
  required?: string[];
  /** Elements of a list. */
  each?: Shape;
  /** The words it may be. */
  words?: string[];
  format?: string;
  default?: unknown;
  about?: string;
  /** Only the service sets it. */
  readOnly?: boolean;
}

export type Shapes = Record<string, Shape>;

/** A shape, and the name of the one it is a member of. */
export interface Found {
  shape: Shape;
  /** `Limitation.discount_hours`: what descriptions are kept under. */
  key: string;
}

/** Follows a path (`*` for each list) from a named shape. */
export function find(shapes: Shapes, root: Shape, path: readonly string[]): Found | undefined {
  let found: Found | undefined = { shape: resolved(shapes, root), key: root.ref ?? '' };
  let owner = root.ref ?? '';
  for (const step of path) {
    const here: Shape = found.shape;
    const next: Shape | undefined = step === '*' ? here.each : here.members?.[step];
    if (!next) return undefined;
    found = {
      shape: { ...resolved(shapes, next), ...(next.about === undefined ? {} : { about: next.about }) },
      key: step === '*' ? found.key : `${owner}.${step}`,
    };
    owner = next.ref ?? (next.each?.ref && step !== '*' ? next.each.ref : owner);
  }
  return found;
}

function resolved(shapes: Shapes, shape: Shape): Shape {
  return shape.ref === undefined ? shape : (shapes[shape.ref] ?? shape);
}
