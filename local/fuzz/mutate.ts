import type { SeededRandom } from '../simulation/seeded-random.ts';
import type { FuzzInput } from './fuzz-input.ts';
import { mutateJson } from './mutate-json.ts';

/** Inputs stay below this, so that a run tries many of them; sizes are tested elsewhere. */
const BODY_BYTES_MAX = 60_000;

const CHANGES_MAX = 4;

const TOKENS: readonly Buffer[] = [
  'null',
  '[]',
  '{}',
  '""',
  '1e309',
  '-0',
  '9007199254740993',
  '0.1',
  'true',
  '"__proto__"',
  '"constructor"',
  '\\u0000',
  '\\ud800',
  '\u202E',
  '\u0000',
  '\r\n',
  '%00',
  '%',
  '&',
  '=',
  '+',
  '[',
  ']',
  '--',
  ';',
  ',',
  '{"a":',
  '=HYPERLINK("x")',
  '<test lead: dummy data for email>',
  '@',
  'a'.repeat(3_000),
  '\uFFFD',
].map((text) => Buffer.from(text, 'utf8'));

const CONTENT_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  '',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json; charset=latin1',
  'APPLICATION/JSON',
];

type Mutation = (input: FuzzInput, random: SeededRandom, pool: readonly FuzzInput[]) => FuzzInput;

const flipBit: Mutation = (input, random) => {
  if (input.body.length === 0) return input;
  const body = Buffer.from(input.body);
  const at = random.int(body.length);
  body[at] = (body[at] ?? 0) ^ (1 << random.int(8));
  return { ...input, body };
};

const cut: Mutation = (input, random) => {
  const [from, to] = range(input.body, random);
  return { ...input, body: Buffer.concat([input.body.subarray(0, from), input.body.subarray(to)]) };
};

const repeat: Mutation = (input, random) => {
  const [from, to] = range(input.body, random);
  const part = input.body.subarray(from, to);
  return {
    ...input,
    body: Buffer.concat([input.body.subarray(0, to), part, input.body.subarray(to)]),
  };
};

const insertToken: Mutation = (input, random) => {
  const at = random.int(input.body.length + 1);
  const token = random.chance(0.2)
    ? Buffer.from(Array.from({ length: random.between(1, 8) }, () => random.int(256)))
    : random.pick(TOKENS);
  return {
    ...input,
    body: Buffer.concat([input.body.subarray(0, at), token, input.body.subarray(at)]),
  };
};

const splice: Mutation = (input, random, pool) => {
  const other = random.pick(pool).body;
  const [from, to] = range(other, random);
  const at = random.int(input.body.length + 1);
  return { ...input, body: Buffer.concat([input.body.subarray(0, at), other.subarray(from, to)]) };
};

const changeJson: Mutation = (input, random) => ({
  ...input,
  body: mutateJson(input.body, random),
});

const changeHeader: Mutation = (input, random) => {
  const names = Object.keys(input.headers);
  if (names.length === 0 || random.chance(0.4)) {
    return { ...input, headers: { ...input.headers, 'content-type': random.pick(CONTENT_TYPES) } };
  }
  const name = random.pick(names);
  const value = input.headers[name] ?? '';
  if (random.chance(0.3)) {
    return {
      ...input,
      headers: Object.fromEntries(Object.entries(input.headers).filter(([key]) => key !== name)),
    };
  }
  return {
    ...input,
    headers: { ...input.headers, [name]: random.chance(0.5) ? `${value},${value}` : `${value}x` },
  };
};

const changeTarget: Mutation = (input, random) => {
  if (random.chance(0.5)) return { ...input, isSigned: !input.isSigned };
  if (random.chance(0.5))
    return { ...input, method: random.pick(['GET', 'POST', 'PUT', 'OPTIONS', 'HEAD']) };
  const query = random.pick([
    'hub.mode=subscribe&hub.challenge=1&hub.verify_token=x',
    'challengeCode=1',
    'a=%zz&a=b',
    '',
  ]);
  return { ...input, query };
};

/** What is found inside a body finds more than what only breaks it. */
const MUTATIONS: readonly Mutation[] = [
  changeJson,
  changeJson,
  changeJson,
  changeJson,
  changeJson,
  insertToken,
  insertToken,
  flipBit,
  cut,
  repeat,
  splice,
  changeHeader,
  changeTarget,
];

/** Changes an input in a few random ways. */
export function mutate(
  input: FuzzInput,
  random: SeededRandom,
  pool: readonly FuzzInput[],
): FuzzInput {
  let changed = input;
  for (let count = random.between(1, CHANGES_MAX); count > 0; count -= 1) {
    const next = random.pick(MUTATIONS)(changed, random, pool);
    if (next.body.length <= BODY_BYTES_MAX) changed = next;
  }
  return changed;
}

function range(body: Buffer, random: SeededRandom): readonly [number, number] {
  const from = random.int(body.length + 1);
  return [from, Math.min(body.length, from + random.between(1, 64))];
}
