import { isArray, isObject, type Json, type JsonObject } from './json.ts';

/** Nobody nests a form deeper, and everything that walks it may recurse. */
const DEPTH_MAX = 8;
const NAME_LENGTH_MAX = 500;

type Nested = Map<string, Nested | Json>;

/**
 * Makes objects of the names that PHP writes for nested arrays: `fields[email][value]` becomes
 * `{"fields": {"email": {"value": …}}}`. A list's `[]` at the end is left out, since a repeated name has the list of
 * its values already. A name that does not fit beside the others stays as it is.
 */
export function nestNames(form: JsonObject): JsonObject {
  const nested: Nested = new Map();
  for (const [name, value] of Object.entries(form)) {
    const path = pathOf(name);
    const [first = ''] = path;
    const isTaken = first !== name && Object.hasOwn(form, first);
    if (isTaken || !put(nested, path, value)) nested.set(name, value);
  }
  return toObject(nested);
}

function pathOf(name: string): string[] {
  if (name.length > NAME_LENGTH_MAX) return [name];
  const [, first = '', brackets] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? [];
  if (brackets === undefined) return [name];
  const inner = brackets.slice(1, -1).split('][');
  if (inner.at(-1) === '') inner.pop();
  return inner.length >= DEPTH_MAX || inner.includes('') ? [name] : [first, ...inner];
}

function put(root: Nested, path: readonly string[], value: Json): boolean {
  let target = root;
  for (const key of path.slice(0, -1)) {
    const next = target.get(key) ?? new Map<string, Nested | Json>();
    if (!(next instanceof Map)) return false;
    target.set(key, next);
    target = next;
  }
  const last = path.at(-1) ?? '';
  if (target.has(last)) return false;
  target.set(last, value);
  return true;
}

/** Entries are made members by definition, not assignment: `__proto__` stays a plain name. */
function toObject(nested: Nested): JsonObject {
  return Object.fromEntries(
    [...nested].map(([key, value]) => [key, value instanceof Map ? toObject(value) : value]),
  );
}

/** Nests the names of a form, or of each in a list; anything else stays as it is. */
export function nestForm(form: Json): Json {
  if (isArray(form)) return form.map((each) => (isObject(each) ? nestNames(each) : each));
  return isObject(form) ? nestNames(form) : form;
}
