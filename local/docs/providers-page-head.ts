/** What `docs/providers.md` says before it comes to single senders. */
export const PROVIDERS_PAGE_HEAD = `# Senders: how each is connected, and what it does when something fails

Written by \`npm run docs\` from the guides in \`lambdas/providers\`; change it there. What was taken from a weak source, or could
not be found out, stands under "Not confirmed" with its sender: try it with a live account before you rely on it.

\`\`\`sh
npx holdfast source add typeform --stage prod     # what to paste where, and the secret put in place
npx holdfast source test demo_request --stage prod  # a test person, followed to the CRM
\`\`\`

\`source add\` shows the steps below with your own address and secrets: \`{url}\` is \`<Endpoint>/hooks/<source>\`, \`{secret}\` and
\`{verify_token}\` come from the source's secret, \`holdfast/<stage>/source/<source>\`. A sender that is not listed can mostly be
connected by one of the general ones: \`standard_webhooks\`, \`generic_hmac\` for any signature by HMAC, \`shared_secret\` for a secret in a
header, \`url_token\` for senders that can do no more than post to an address. A provider of your own is one file:
[CONTRIBUTING](../CONTRIBUTING.md).

## How Holdfast answers
| answer | when | what senders make of it |
|---|---|---|
| \`200\` | every lead of the request is in the event store; also when it was there before, when it cannot be read, and when it is a notice of another kind | done. Some take nothing but exactly 200 for it (Webflow, TikTok, Unbounce), so neither 202 nor 204 is ever given |
| \`401\` | the request does not prove where it comes from, and our side is in order | most repeat it. Where a sender gives up on 401 for good it gets \`503\`, so that a secret that is wrong for an hour loses nothing |
| \`403\` | a browser on a page that is not allowed, or a handshake with a wrong token | |
| \`405\` | another method | |
| \`409\` | the source has \`onRepeat: 'conflict'\`, and this e-mail address came to it before; the lead is taken all the same | for pages of your own, which can say so |
| \`413\` | the body is larger than 1 MB (4 MB with several parts) | |
| \`415\` | a website's form of a type that is no form | |
| \`503\` | the fault is ours, or the source is not configured; with \`Retry-After: 30\` | all repeat it that repeat at all |

Never \`404\` or \`410\` under \`/hooks/\`: Typeform switches a webhook off at once when it meets one. Whatever lies there and is no
source is answered 503.

## What that follows from
* **An answer comes after the write, not before.** A lead that was acknowledged is in the table. Two seconds are meant to be enough, since
  LinkedIn waits for three and HubSpot for five.
* **What repeating cannot mend is not asked for again.** A body that is signed rightly and cannot be read is kept, quarantined, and answered
  200. The same holds for kinds of events that nobody knows.
* **What we got wrong is asked for again.** When a secret, the table or the configuration is not there, the sender keeps the lead.
* **Every sender delivers twice at times, and none keeps an order.** A lead has one key, from the sender's own id of the submission, or
  from what it says where there is no id (then two equal submissions within half an hour are one). Of two values the later one wins by
  the time at which the person submitted, not by arrival.
* **Of a request that is refused nothing is kept** but its hash, and a count by source.
* **Nothing in front of intake may answer for it.** A firewall whose rules take a lead's message for an attack answers 403, and that lead
  is gone: let such rules count, not block, on \`/hooks/\`. Nor may anything rewrite a body, since signatures cover its bytes.
* **A notice that a submission was deleted deletes nothing by itself.** LinkedIn and HubSpot send such notices. One that comes before the
  lead was delivered keeps it from the CRM (LinkedIn). \`holdfast erase --requested\` lists the notices whose leads are still kept, and
  erases those leads ([privacy](privacy.md#notices-of-a-deletion-by-a-sender)); the record in Zoho is a person's to delete.
* **Senders that give up need an eye on them.** After a long outage Calendly drops its subscription, and TikTok drops what is older than
  three days. The metric \`SecondsSinceLastEvent\` ([metrics](metrics.md)) tells which source has fallen silent.
`;
