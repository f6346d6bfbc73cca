import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { buildSampleLead } from './samples/sample-lead.ts';
import { buildSampleRequest, type SampleRequest } from './samples/sample-request.ts';

/** How large the body of a bench lead is: a long form. */
export const LEAD_BYTES = 3_000;

/** How long its message is, about 130 words; the rest are more answers. */
export const MESSAGE_LENGTH = 800;

const ANSWER_LENGTH = 160;

/** Prose, so that it compresses as people's does: a lead to about a half. */
const SENTENCES = [
  'We run four small bakeries in the north of the city and look for a way to collect the orders of our wholesale customers.',
  'At the moment two colleagues type everything into a spreadsheet in the evening, and twice a week something is forgotten.',
  'That costs us money and, worse, annoys the cafes and hotels that we deliver to before six in the morning.',
  'At the fair in March a lady whose name I did not write down showed how orders are checked against a price list.',
  'Does it work when the kitchen is loud? Our mixers run from two onwards.',
  'Can prices differ by customer, and who would bring our list of three hundred of them into it?',
  'What happens when the connection is down, since our cellar has none to speak of?',
  'Our budget for this year is around nine thousand, training for twelve people included.',
  'At least three of them are no friends of computers at all.',
  'If this is not realistic, please tell us straight away; we would rather wait until spring than end half done.',
  'Please do not call before noon, we sleep then; any afternoon is fine, Tuesdays excepted.',
  'It would help us most to see the thing running in a place of about our size.',
  'Our accountant asks whether invoices can be passed on to her program, or whether she has to go on typing.',
  'We deliver to some sixty addresses a day on five tours, and the drivers want a list that is readable without glasses.',
  'On public holidays everything is different, and those are the days with the most mistakes.',
  'We have tried two other products before: one was too slow, the other one could not print.',
  'I am on leave from the third to the tenth; my sister Carla answers in my place and decides in the end anyway.',
  'Half of our flour comes from a mill that still sends faxes, so paper has to remain possible for a while.',
  'Would you install it yourselves, or is there a partner in our region who speaks Polish as well?',
  'The ovens report their temperature already; it would be lovely to have that on one and the same screen.',
  'Students help out on Saturdays, so whoever is new must understand the order form within five minutes.',
  'Last winter a burst pipe drowned our only computer, which is why backups outside the house matter to us.',
  'Gluten-free goods are baked separately, and mixing up just one box would be a serious matter.',
  'We would like to keep our telephone number and the old web address, both have been printed on every bag since 1987.',
  'A cousin suggested building this ourselves, but nobody would look after it once he moves to Norway.',
  'Is the annual fee due at once, or may we pay by quarter as with the leasing of the vans?',
  'Your brochure mentions labels with allergens; do those print on ordinary rolls?',
] as const;

/**
 * A submission of its own person, in its source's format, whose body has `LEAD_BYTES`.
 *
 * @param index chooses the source and the text; the same index makes the same text
 */
export function buildBenchRequest(
  config: HoldfastConfig,
  index: number,
  secretOf: (source: string) => string | undefined,
): SampleRequest {
  const sources = Object.keys(config.sources);
  const source = sources[index % sources.length] ?? '';
  const lead = buildSampleLead(index, `bench${index}`, Date.now());
  const write = writerOf(index);
  const message = write(MESSAGE_LENGTH);
  const answers: Record<string, string> = {};
  const build = (): SampleRequest =>
    buildSampleRequest(config, source, secretOf(source), { ...lead, message, answers });
  for (let number = 1; ; number += 1) {
    const name = `question_${number}`;
    answers[name] = '';
    const left = LEAD_BYTES - Buffer.byteLength(build().body);
    // The last one takes what is left, so that no further one has to fit.
    answers[name] = write(left < 2 * ANSWER_LENGTH ? left : ANSWER_LENGTH);
    if (left < 2 * ANSWER_LENGTH) return build();
  }
}

/**
 * A person's way of writing: sentences in an order of its own, none of them twice in one lead.
 *
 * @returns gives the next characters, exactly so many
 */
function writerOf(seed: number): (length: number) => string {
  // Numerical Recipes' constants for a linear congruential generator: any scatter will do.
  let state = seed + 1;
  const scattered = SENTENCES.map((sentence) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return { sentence, rank: state };
  });
  const text = scattered
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ sentence }) => sentence)
    .join(' ');
  let used = 0;
  return (length) => {
    used += length;
    return text.slice(used - length, used).padEnd(length, '.');
  };
}
