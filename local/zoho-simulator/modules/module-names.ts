/** The modules that the simulator knows. */
export const MODULE_NAMES = ['Leads', 'Contacts', 'Notes'] as const;

/** API name of a module that holds records. */
export type ModuleName = (typeof MODULE_NAMES)[number];
