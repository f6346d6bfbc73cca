/**
 * Writes a value as JSON in one way only: object keys sorted, no white space. Two values have the same
 * text exactly if they hold the same data; lone surrogates are escaped, so they stay distinct.
 *
 * @param value JSON data, nested at most a few hundred levels deep; `undefined` members are left out
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
