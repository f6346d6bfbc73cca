/** The innermost elements of a name, as text. AWS's answers have neither attributes nor CDATA in what is read here. */
export function allElements(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${name}>((?:(?!<${name}>)[\\s\\S])*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map((match) => unescapeXml(match[1] ?? ''));
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
