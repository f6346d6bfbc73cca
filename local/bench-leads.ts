import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { buildSampleLead, buildSampleRequest, type SampleRequest } from './sample-requests.ts';

/** How large the body of a bench lead is: a form with a long message. */
export const LEAD_BYTES = 3_000;

/** Enough different words for a text that compresses about as well as people's do: to a half. */
const WORDS =
  `about account across address after again agency amount annual answer appointment april
archive area asked assistant august available average back batch because before began behind benefit
better billing board branch bring budget building business calendar called campaign cannot capacity
catalogue certain change chapter charge cheaper client closed collect colleague column comes committee
company compare complete concern confirm connect consider contact contract copy correct could country
couple course current customer daily date deadline decide deliver demand department detail device
different directly discuss document during early edition eight either email employee enough equipment
estimate event every exactly example existing expect export factory family february figure finance first
five follow foreign format forward four friday friendly fully further garden general give good ground
group growing guest half handle happen hardly have headquarters hello help here holiday hotel hour house
however hundred idea import improve include industry instead integration interested invoice january join
july keep kind kitchen know language large last later learn least legal letter level licence likely list
little local longer looking machine mailing main manager many march market material maybe meeting member
message method middle million minute mobile model monday month moving much name near need network never
next nobody normal northern nothing november number october offer office often older online open option
order other otherwise outside overview owner package paper partner payment people perhaps period person
phone place plan please point possible postal prefer present price probably problem process product
project proper provide public purchase quality quarter question quick quote rather reach ready really
reason receive recently record region regular remember rental repair reply report request require return
room roughly safety sales same saturday schedule school season second security send september service
seven several share ship short should shop simple since single site small software someone sometimes
soon southern space special staff standard start station still stock store street strong student subject
summer sunday supplier support sure system table take talk team telephone tell ten than thank their there
these thing third thousand three through thursday ticket time today together tomorrow total tour toward
trade training transport travel trial tuesday twelve twenty under until update upgrade urgent usual value
various vehicle version village visit volume waiting warehouse water website wednesday week welcome were
western what when where which while whole winter within without woman wonder work workshop would write
year yesterday young your`.split(/\s+/);

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
  const requestWith = (message: string): SampleRequest =>
    buildSampleRequest(config, source, secretOf(source), { ...lead, message });
  const length = LEAD_BYTES - Buffer.byteLength(requestWith('').body);
  return requestWith(textOf(index, length));
}

function textOf(seed: number, length: number): string {
  // Numerical Recipes' constants for a linear congruential generator: any scatter will do.
  let state = seed + 1;
  let text = '';
  while (text.length < length) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    text += `${WORDS[Math.floor((state / 4_294_967_296) * WORDS.length)] ?? ''} `;
  }
  return text.slice(0, length - 1).concat('.');
}
