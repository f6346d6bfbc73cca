import * as z from 'zod/mini';
import { sourceSettings } from '../core/source-settings.ts';
import { readWebsiteForm } from './bodies/website-form-fields.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { ifParsed } from './reading/outcome.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';

const origin = z
  .string()
  .check(
    z.regex(
      /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
      'must be an origin without a path, for example "https://www.example.com"',
    ),
  );

const hostname = z
  .string()
  .check(z.regex(/^[a-z0-9.-]+$/, 'must be a host name, for example "www.example.com"'));

/** Settings of a `website_form` source. */
export const websiteFormSettings = sourceSettings('website_form', {
  /** Origins that may post, as browsers send them. A browser of another origin gets 403. */
  allowedOrigins: z.array(origin).check(z.minLength(1)),
  /**
   * A field that people do not see: what fills it in is a bot. None by default, since the form may well
   * ask people for what a trap is usually called.
   */
  honeypotField: z.optional(z.string().check(z.minLength(1))),
  /** Cloudflare Turnstile tells people from programs. The source's secret is then the secret of the site key. */
  turnstile: z.optional(
    z.strictObject({
      /** The field with the token; the widget's own by default. */
      field: z._default(z.string().check(z.minLength(1)), 'cf-turnstile-response'),
      /** Host names of the pages on which it may have been solved; any that the site key allows by default. */
      hostnames: z.optional(z.array(hostname).check(z.minLength(1))),
      /** The action that the widget names; any by default. */
      action: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be a name'))),
      /**
       * What becomes of a form while Turnstile does not answer: `quarantine` keeps it for a person to look at,
       * `accept` takes it, `refuse` answers 503.
       */
      whenDown: z._default(z.enum(['quarantine', 'accept', 'refuse']), 'quarantine'),
    }),
  ),
});

/**
 * The contact form of a website: JSON or an HTML form, from a browser.
 *
 * A page can hold no secret, so nothing is signed. What a browser says about its page can be relied on,
 * though: a request whose `Origin` is not allowed is refused. One without an `Origin` comes from a server
 * (a site that posts its forms itself, `curl`) and is taken: any program could claim an allowed origin,
 * so refusing it would keep out honest servers only.
 *
 * The id is `submission_id`, which the page makes once per form shown, so that a double click is one
 * lead. The browser's clock is not trusted: a submission takes place when it is received.
 */
export const websiteForm = {
  authentication: (source) => ({ kind: 'origin', allowed: source.allowedOrigins }),
  humanCheck: (source) => source.turnstile,
  accepts: mayBeForm,
  read: async (request, source) =>
    ifParsed(await readForm(request), (form) => readWebsiteForm(form, source)),
} satisfies Provider<z.output<typeof websiteFormSettings>>;

/** How to connect a form of one's own website. */
export const websiteFormGuide: ProviderGuide = {
  title: 'A form on your own website',
  secret: 'none',
  steps: [
    'Name the origins of your pages in `allowedOrigins`, for example https://www.example.com.',
    'Let the form post to {url}: by fetch as JSON, or as an HTML form (action="{url}" method="post").',
    'Put a hidden field submission_id into it, a new UUID each time that the form is shown: a double click is then one lead.',
    'Add a field that people do not see, and name it in `honeypotField`: what fills it in is a bot.',
    'Against bots that are better than that, switch Cloudflare Turnstile on: put the widget with your site key into the form, set `turnstile: {}`, and store the secret of the site key as {"current": "…"} in the secret of the source. Reset the widget after every answer that is not 200: a token counts once.',
    'Usual names are known: name, first_name, email, phone, company, message, form_id, page_url, utm_source, consent.',
  ],
  signs:
    "nothing: a page can keep no secret. Browsers name the page's origin, which must be an allowed one",
  retries: 'none, but what the page does itself',
  givesUp:
    'at once: let the page show an error and keep what was typed, when the answer is not 200',
  unconfirmed: [],
  sources: [],
};
