// Modules that `build/` makes of files outside this folder.

declare module 'virtual:rabatt-case-list' {
  interface Listed {
    /** `folder/name`. */
    name: string;
    why: string;
    cites: string[];
  }
  export const listed: Listed[];
}

declare module 'virtual:rabatt-cases' {
  /** A case's file as text; a Call that is no JSON beside what is said about it. */
  type Folder = Record<string, string | { call: string; about: string }>;
  export const folders: Record<string, () => Promise<{ default: Folder }>>;
}

declare module 'virtual:rabatt-shapes' {
  const shapes: import('./playground/schema/shape.ts').Shapes;
  export default shapes;
}
