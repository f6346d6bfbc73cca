import type { SeededRandom } from '../simulation/seeded-random.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  9_007_199_254_740_991,
  '',
  ' ',
  'x',
  '0',
  'true',
  '2026-11-22T03:58:41Z',
  '1795320000',
  'ana@example.com',
  'ana@example.com, ben@example.com',
  'Ana <ana@example.com>',
  '+12025550143',
  '(202) 555-0143 ext. 5',
  'Ng, Ana',
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: { b: {} } },
  '\ud800',
  'a'.repeat(2_000),
  '\u0000',
  '<test lead: dummy data for email>',
  { first: 'Ana' },
  1e21,
];

const NAMES = [
  'email',
  'phone',
  'name',
  'first_name',
  'id',
  'type',
  'value',
  '__proto__',
  'constructor',
  'utm_source',
  'consent',
  '',
  'a.b',
  'is_test',
];

/** Changes one place in a JSON body; a body that is none stays as it is. */
export function mutateJson(body: Buffer, random: SeededRandom): Buffer {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return body;
  }
  return Buffer.from(JSON.stringify(change(value, random)), 'utf8');
}

function change(value: unknown, random: SeededRandom): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
    return changeList(value, random);
  }
  if (isRecord(value) && Object.keys(value).length > 0 && random.chance(0.9)) {
    return changeRecord(value, random);
  }
  if (random.chance(0.15)) return [value];
  if (random.chance(0.1)) return { value };
  return typeof value === 'string' && random.chance(0.3)
    ? Number(value) || `${value}x`
    : random.pick(VALUES);
}

function changeList(list: readonly unknown[], random: SeededRandom): unknown[] {
  const at = random.int(list.length);
  if (random.chance(0.1)) return list.filter((_, index) => index !== at);
  if (random.chance(0.1)) return [...list, list[at]];
  return list.map((item, index) => (index === at ? change(item, random) : item));
}

function changeRecord(record: Readonly<Record<string, unknown>>, random: SeededRandom): unknown {
  const entries = Object.entries(record);
  const at = random.int(entries.length);
  const [name = '', inner] = entries[at] ?? [];
  if (random.chance(0.1)) return Object.fromEntries(entries.filter((_, index) => index !== at));
  if (random.chance(0.1))
    return Object.fromEntries([...entries, [random.pick(NAMES), random.pick(VALUES)]]);
  if (random.chance(0.05)) {
    return Object.fromEntries(
      entries.map(([key, value], index) => [index === at ? random.pick(NAMES) : key, value]),
    );
  }
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === name ? change(inner, random) : value]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
