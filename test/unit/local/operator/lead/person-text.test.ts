import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import { contributionOf } from '../../../../../lambdas/core/contribution.ts';
import { failure } from '../../../../../lambdas/core/failure.ts';
import {
  confirm,
  type Head,
  mergeContribution,
  newHead,
} from '../../../../../lambdas/core/head.ts';
import type { Person } from '../../../../../lambdas/operations/person/gather-people.ts';
import {
  describePerson,
  type StoryContext,
} from '../../../../../local/operator/lead/person-text.ts';
import { aLeadEvent } from '../../../../support/event-builders.ts';
import {
  anEventRecord,
  anUndeliveredRecord,
  aPerson,
  aStoredLead,
} from '../../../../support/lead-builders.ts';

const CONFIG = defineConfig({
  sources: {
    website: {
      provider: 'website_form',
      label: 'Website',
      allowedOrigins: ['https://www.example.com'],
    },
  },
});

const CONTEXT: StoryContext = {
  config: CONFIG,
  breaker: { state: 'closed', failuresInRow: 0 },
  nowMs: Date.parse('2026-11-22T12:00:00.000Z'),
  options: ['--stage', 'prod'],
  columns: 250,
  linkOf: ({ module, recordId }) => `https://crm.zoho.com/crm/tab/${module}/${recordId}`,
};

const story = (person: Person, context: Partial<StoryContext> = {}) =>
  describePerson(person, { ...CONTEXT, ...context }).join('\n');

/** The merged state of what some submissions say, confirmed by the CRM. */
function aHead(...events: readonly Parameters<typeof aLeadEvent>[0][]): Head {
  const merged = events.reduce(
    (head, event) =>
      mergeContribution(head, contributionOf(aLeadEvent(event), CONFIG), (field) =>
        field === 'message' ? 'append' : 'latest',
      ),
    newHead('Leads', `hf_${'0'.repeat(40)}`),
  );
  return confirm(merged, merged.version, '4150868000000376001');
}

describe('the story of a lead', () => {
  it('tells on one screen who it is, where it is now, what happened and what Zoho was given', () => {
    const key = 'website|form_submission|1';

    const lines = describePerson(
      aPerson({ head: aHead({ idempotency_key: key }), leads: [aStoredLead()] }),
      CONTEXT,
    );

    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.slice(0, 10)).toEqual([
      'Ana Ng  ·  ana@example.com  ·  +12025550143  ·  Example Ltd',
      '',
      'In Zoho as lead 4150868000000376001, last delivered 2026-11-22 04:00:01 UTC.',
      '  https://crm.zoho.com/crm/tab/Leads/4150868000000376001',
      '',
      '#1  Website (website), submitted 2026-11-22 03:59:58 UTC',
      '    2026-11-22 04:00:00 UTC  received',
      '    2026-11-22 04:00:01 UTC  delivered to Zoho as lead 4150868000000376001, created',
      `    Key: ${key}`,
      '',
    ]);
    expect(lines.join('\n')).toMatch(/email +ana@example\.com +#1, 2026-11-22 03:59:58 UTC/);
  });

  it('says of a quarantined one why, what to do, and the commands that do it', () => {
    const record = anUndeliveredRecord('quarantined', {
      failure: failure('crm_mandatory_missing', 'Industry'),
      quarantineId: 'q',
      quarantinedAt: '2026-11-22T04:00:02.000Z',
    });

    const text = story(aPerson({ leads: [aStoredLead({ record })] }));

    expect(text).toContain('Not in Zoho.\nThe submission lies IN QUARANTINE');
    expect(text).toContain(
      '2026-11-22 04:00:02 UTC  set aside after 1 attempt: Zoho requires a field that the lead does not have: Industry. (crm_mandatory_missing)',
    );
    expect(text).toContain("What to do:  Make it optional in Zoho's layout");
    expect(text).toContain(`npx holdfast replay --key '${record.key}' --stage prod --reason "…"`);
    expect(text).toContain(
      `npx holdfast quarantine close --key '${record.key}' --stage prod --reason "…"`,
    );
  });

  it('says by whom and why it was replayed, and what it had lain in quarantine for', () => {
    const record = anEventRecord({
      quarantinedAt: '2026-11-22T04:00:01.000Z',
      lastAttemptAt: '2026-11-22T06:00:00.000Z',
    });
    const history = [
      {
        id: 'a',
        action: 'replayed',
        at: '2026-11-22T05:59:59.000Z',
        by: 'arn:aws:iam::111122223333:user/ana',
        reason: 'Industry is optional now',
        failureCode: 'crm_mandatory_missing',
      } as const,
    ];

    const text = story(aPerson({ leads: [aStoredLead({ record, history })] }));

    expect(text).toContain(
      [
        '    2026-11-22 04:00:00 UTC  received',
        '    2026-11-22 04:00:01 UTC  set aside, for a person to look at: Zoho requires a field that the lead does not have. (crm_mandatory_missing)',
        '    2026-11-22 05:59:59 UTC  replayed by arn:aws:iam::111122223333:user/ana: Industry is optional now',
        '    2026-11-22 06:00:00 UTC  delivered to Zoho as lead 4150868000000376001, created',
      ].join('\n'),
    );
  });

  it('says when a failed one is tried again, and that the breaker is open', () => {
    const record = anUndeliveredRecord('failed', {
      failure: failure('crm_no_answer'),
      attempts: 3,
      nextDueAtMs: Date.parse('2026-11-22T04:10:00.000Z'),
    });

    const text = story(aPerson({ leads: [aStoredLead({ record })] }), {
      breaker: { state: 'open', reason: 'failures', failuresInRow: 5 },
    });

    expect(text).toContain('The submission is on its way.');
    expect(text).toContain('Deliveries stand still: Zoho does not answer.');
    expect(text).toContain(
      'attempt 3 failed: Zoho did not answer. (crm_no_answer) Next attempt: 2026-11-22 04:10:00 UTC.',
    );
  });

  it.each([
    ['held', {}, 'held, since delivery is switched off (zohoEnabled)'],
    ['suppressed', { suppression: 'spam_trap' }, 'kept from the CRM: the field that only bots see'],
    ['received', {}, 'waits for its delivery'],
    ['processing', {}, 'is being delivered right now'],
    ['erased', { erasedAt: '2026-11-22T09:00:00.000Z' }, '2026-11-22 09:00:00 UTC  erased'],
  ] as const)('says of a lead that is %s what that means', (state, overrides, expected) => {
    const record = anUndeliveredRecord(state, overrides);

    expect(story(aPerson({ leads: [aStoredLead({ record })] }))).toContain(expected);
  });

  it('says who closed one, and why', () => {
    const record = anUndeliveredRecord('closed', {
      quarantinedAt: '2026-11-22T04:00:01.000Z',
      closedAt: '2026-11-22T05:00:00.000Z',
    });
    const history = [
      {
        id: 'a',
        action: 'closed',
        at: '2026-11-22T05:00:00.000Z',
        by: 'local',
        reason: 'entered by hand',
      } as const,
    ];

    const text = story(aPerson({ leads: [aStoredLead({ record, history })] }));

    expect(text).toContain(
      '2026-11-22 05:00:00 UTC  closed, not to be delivered, by local: entered by hand',
    );
  });

  it('names which submission brought which value, and what Zoho does not hold yet', () => {
    const one = 'website|form_submission|1';
    const two = 'website|form_submission|2';
    const confirmed = aHead({ idempotency_key: one });
    const head = mergeContribution(
      confirmed,
      contributionOf(
        aLeadEvent({
          idempotency_key: two,
          occurred_at: '2026-11-22T08:00:00.000Z',
          attributes: { company: 'Example GmbH' },
        }),
        CONFIG,
      ),
      () => 'latest',
    );
    const second = aStoredLead({
      record: anUndeliveredRecord('received', {
        key: two,
        receivedAt: '2026-11-22T08:00:01.000Z',
      }),
    });

    const text = story(aPerson({ head, leads: [aStoredLead(), second] }));

    expect(text).toContain('1 of 2 submissions is on its way.');
    expect(text).toContain('Zoho does not hold all of it yet.');
    expect(text).toMatch(/company +Example GmbH +#2, 2026-11-22 08:00:00 UTC, not in Zoho yet/);
    expect(text).toMatch(/first_name +Ana +#1, 2026-11-22 03:59:58 UTC\n/);
  });

  it('says what Zoho is to be given, where nothing was written yet', () => {
    const key = 'website|form_submission|1';
    const head = mergeContribution(
      newHead('Leads', `hf_${'0'.repeat(40)}`),
      contributionOf(aLeadEvent({ idempotency_key: key }), CONFIG),
      () => 'latest',
    );
    const one = aStoredLead({ record: anUndeliveredRecord('failed', { key }) });
    const two = aStoredLead({ record: anUndeliveredRecord('held', { key: `${key}0` }) });

    const text = story(aPerson({ head, leads: [one, two, one] }));

    expect(text).toContain('Not in Zoho.');
    expect(text).toContain('2 of 3 submissions are on their way.');
    expect(text).toContain('1 of 3 submissions is held: delivery is switched off (zohoEnabled).');
    expect(text).toContain('What Zoho is to be given, and by which submission:');
    expect(text).not.toContain('not in Zoho yet');
  });

  it('stays on one screen for somebody who came often', () => {
    const leads = Array.from({ length: 60 }, (_, index) => {
      const key = `website|form_submission|${index}`;
      return aStoredLead({ record: anEventRecord({ key }) });
    });

    const lines = describePerson(
      aPerson({ head: aHead({ idempotency_key: leads[0]!.record.key }), leads, older: 40 }),
      CONTEXT,
    );

    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines.join('\n')).toContain('… 90 older submissions');
    expect(lines.join('\n')).toContain('#100  Website (website)');
  });

  it('breaks a long sentence below its own beginning', () => {
    const record = anUndeliveredRecord('quarantined', {
      failure: failure('missing_identity'),
      quarantinedAt: '2026-11-22T04:00:02.000Z',
    });

    const text = story(aPerson({ leads: [aStoredLead({ record })] }), { columns: 100 });

    expect(text).toMatch(/UTC {2}set aside after 1 attempt: .+\n {29}\S/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(140);
  });

  it('never lets a value move the cursor', () => {
    const event = aLeadEvent({
      attributes: { first_name: '\u001B[2JAna\u0007', last_name: 'Ng\r\nX' },
    });

    const [who = ''] = describePerson(aPerson({ leads: [aStoredLead({ event })] }), CONTEXT);

    expect(who).toContain('�[2JAna� Ng X');
    expect(who).not.toMatch(/\p{C}/u);
  });

  it('of somebody who was erased says so, and claims nothing of Zoho', () => {
    const erased = aStoredLead({ record: anEventRecord({ state: 'erased' }) });
    const { event: _event, ...tombstone } = erased;

    const withLead = story(aPerson({ leads: [tombstone] }));
    // What an erasure leaves of the merged state: its name and its versions.
    const emptied = newHead('Leads', `hf_${'0'.repeat(40)}`);
    const withNone = story(aPerson({ head: emptied, leads: [] }));

    for (const text of [withLead, withNone]) {
      expect(text).toContain('Somebody of whom nothing is kept');
      expect(text).toContain('Whether Zoho still has a record of them is not known here');
      expect(text).not.toContain('Not in Zoho.');
    }
    expect(withLead).toContain('What they submitted was erased here.');
    expect(withNone).toContain('was erased here, or its retention is over.');
  });
});
