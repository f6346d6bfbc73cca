import * as z from 'zod/mini';

/**
 * What delivery takes of the metadata that `holdfast mapping check --save` writes: the kind and length of
 * each field. Whatever else is in the file is left aside, so that a newer file does not stop a deployment.
 */
export const savedMetadataSchema = z.object({
  /** The module that it describes. */
  module: z.string(),
  fields: z.array(
    z.object({
      apiName: z.string(),
      /** Zoho's `data_type`: `text`, `textarea`, `picklist`, … */
      dataType: z.string(),
      /** Characters; digits for numbers. Some kinds have none. */
      length: z.optional(z.number().check(z.int(), z.gte(1))),
    }),
  ),
});

/** The kinds and lengths of a module's fields, as they were saved. */
export type SavedMetadata = z.output<typeof savedMetadataSchema>;
