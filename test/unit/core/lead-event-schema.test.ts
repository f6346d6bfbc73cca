import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { normalizedEventSchema } from '../../../lambdas/core/lead-event.ts';
import { aLeadEvent } from '../../support/event-builders.ts';

describe('the normalized lead event', () => {
  it('is published as a JSON Schema that is in step with the code', async () => {
    const schema = {
      ...z.toJSONSchema(normalizedEventSchema),
      $id: 'holdfast:lead-event:1.0',
      title: 'Holdfast lead event 1.0',
    };

    // `npx vitest run -u` writes the page anew after a change of the schema.
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      '../../../docs/lead-event.schema.json',
    );
  });

  it('is read back as it was written', () => {
    const event = aLeadEvent({ consent: [{ key: 'marketing', granted: true, text: 'Yes' }] });

    expect(normalizedEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });
});
