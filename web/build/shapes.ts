// What rules and receipts may hold, taken from the service's OpenAPI document: `virtual:rabatt-shapes`. Only what an editor
// asks for is kept: members, allowed words, types, descriptions.

import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import type { Shape, Shapes } from '../src/playground/schema/shape.ts';

const ID = 'virtual:rabatt-shapes';
const ROOTS = ['Discount', 'Receipt'];
const REF = '#/components/schemas/';

interface Schema {
  $ref?: string;
  oneOf?: Schema[];
  type?: string | string[];
  enum?: string[];
  description?: string;
  default?: unknown;
  format?: string;
  readOnly?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
}

/** Says no more than the name. */
const empty = (about: string): boolean => /of the contract\.$|^One of the contract's words\.$/.test(about);

function shape(schema: Schema): Shape {
  const other = schema.oneOf?.find((each) => each.type !== 'null');
  if (other) return { ...shape(other), ...about(schema) };
  if (schema.$ref) return { type: 'object', ref: schema.$ref.slice(REF.length), ...about(schema) };
  const type = [schema.type ?? 'any'].flat().find((each) => each !== 'null') ?? 'any';
  const made: Shape = { type: type as Shape['type'], ...about(schema) };
  if (schema.enum) made.words = schema.enum;
  if (schema.format) made.format = schema.format;
  if (schema.default !== undefined) made.default = schema.default;
  if (schema.readOnly) made.readOnly = true;
  if (schema.items) made.each = shape(schema.items);
  if (schema.properties) {
    made.members = Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, shape(each)]));
  }
  if (schema.required?.length) made.required = schema.required;
  return made;
}

function about({ description }: Schema): { about?: string } {
  return description === undefined || empty(description) ? {} : { about: description };
}

/** Everything that can be reached from the roots. */
export function readShapes(openapi: string): Shapes {
  const document = JSON.parse(readFileSync(openapi, 'utf8')) as { components: { schemas: Record<string, Schema> } };
  const found: Shapes = {};
  const wanted = [...ROOTS];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const schema = document.components.schemas[name];
    if (found[name] || !schema) continue;
    const made = shape(schema);
    found[name] = made;
    const refs = (each: Shape): void => {
      if (each.ref) wanted.push(each.ref);
      if (each.each) refs(each.each);
      Object.values(each.members ?? {}).forEach(refs);
    };
    refs(made);
  }
  return found;
}

export function shapes(openapi: string): Plugin {
  return {
    name: 'rabatt-shapes',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify(readShapes(openapi))};` : undefined),
  };
}
