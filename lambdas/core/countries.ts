/**
 * Countries and regions that have telephone numbers of their own, by ISO 3166-1 alpha-2 code (AC, TA and XK are not in the
 * standard, but in use). A test holds the list to the library's: it stands here so that a configuration can be checked
 * without reading the library.
 */
export const COUNTRY_CODES: ReadonlySet<string> = new Set(
  (
    'AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS ' +
    'MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU ' +
    'RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

/** Names that people use and that are not the English display name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  usa: 'US',
  unitedstatesofamerica: 'US',
  uk: 'GB',
  greatbritain: 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  northernireland: 'GB',
  uae: 'AE',
  czechrepublic: 'CZ',
  turkey: 'TR',
  theunitedstates: 'US',
  thenetherlands: 'NL',
  holland: 'NL',
};

/** Longer than any country's name. */
const NAME_LENGTH_MAX = 60;

const knownNames: { byName?: ReadonlyMap<string, string> } = {};

/**
 * Tells which country a form's country field means: an ISO 3166-1 alpha-2 code, or a name in English as
 * `Intl.DisplayNames` has it or as people usually write it, whatever the case, accents and punctuation.
 *
 * @returns an alpha-2 code of `COUNTRY_CODES`, or `undefined` when the text is neither
 */
export function countryOf(text: string): string | undefined {
  if (text.length > NAME_LENGTH_MAX) return undefined;
  const code = text.trim().toUpperCase();
  if (COUNTRY_CODES.has(code)) return code;
  // The names take some milliseconds to list: only once a form has asked for one.
  knownNames.byName ??= countriesByName();
  return knownNames.byName.get(squash(text));
}

function countriesByName(): ReadonlyMap<string, string> {
  const displayNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const named = [...COUNTRY_CODES].flatMap((code) => {
    const name = displayNames.of(code);
    return name === undefined ? [] : [[squash(name), code] as const];
  });
  return new Map([...named, ...Object.entries(OTHER_NAMES)]);
}

/** A name's letters in lower case, without accents. */
function squash(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^\p{L}]/gu, '');
}
