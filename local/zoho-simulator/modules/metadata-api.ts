import type { Refusal } from '../http/errors.ts';
import { refuse } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';
import type { World } from '../world.ts';
import type { ModuleDefinition } from './catalogue.ts';
import { parseModuleName } from './catalogue.ts';
import type { FieldDefinition, FieldType } from './field-definition.ts';
import { MODULE_NAMES } from './module-names.ts';

/**
 * Answers `GET /crm/v8/settings/fields|layouts|modules` from the same definitions that validate rows.
 *
 * @see Zoho CRM v8, Fields Metadata, Layouts Metadata, Modules Metadata, read 2026-11-22
 */
export function answerMetadata(
  kind: 'fields' | 'layouts' | 'modules',
  request: SimRequest,
  world: World,
): SimReply | Refusal {
  if (kind === 'modules') {
    const modules = MODULE_NAMES.map((name) => renderModule(world.module(name)));
    return jsonReply(200, { modules });
  }
  const definition = moduleAskedFor(request, world);
  if ('kind' in definition) return definition;
  return kind === 'fields'
    ? jsonReply(200, { fields: definition.fields.map((one) => renderField(one, definition)) })
    : jsonReply(200, { layouts: [renderLayout(definition)] });
}

/** The module that the query names. */
export function moduleAskedFor(request: SimRequest, world: World): ModuleDefinition | Refusal {
  const asked = request.query.get('module');
  if (asked === null) {
    return refuse(400, 'REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', {
      param_name: 'module',
    });
  }
  const name = parseModuleName(asked);
  return name === undefined
    ? refuse(400, 'INVALID_MODULE', 'the module name given seems to be invalid')
    : world.module(name);
}

function renderField(definition: FieldDefinition, module: ModuleDefinition): object {
  const unique = module.uniqueFields.includes(definition.apiName);
  return {
    id: fieldId(definition, module),
    api_name: definition.apiName,
    field_label: definition.label,
    display_label: definition.label,
    data_type: definition.type,
    json_type: jsonTypeOf(definition.type),
    length: definition.length,
    decimal_place: definition.type === 'currency' ? 2 : null,
    system_mandatory: definition.mandatory,
    read_only: definition.readOnly,
    field_read_only: definition.readOnly,
    visible: true,
    custom_field: definition.custom,
    operation_type: {
      web_view: true,
      web_create: !definition.readOnly,
      web_update: !definition.readOnly,
      api_create: !definition.readOnly,
      api_update: !definition.readOnly,
    },
    unique: unique ? { case_sensitive: false } : {},
    external: definition.external ? { type: 'org', show: true } : null,
    pick_list_values: definition.pickList.map((value) => ({
      display_value: value,
      actual_value: value,
    })),
    lookup: {},
    layout_associations: [{ id: module.layoutId, name: 'Standard', api_name: 'Standard' }],
  };
}

function renderLayout(module: ModuleDefinition): object {
  return {
    id: module.layoutId,
    name: 'Standard',
    api_name: 'Standard',
    status: 'active',
    visible: true,
    sections: [
      {
        api_name: `${module.name}_Information`,
        name: `${module.name} Information`,
        fields: module.fields.map((definition) => ({
          id: fieldId(definition, module),
          api_name: definition.apiName,
          data_type: definition.type,
          required: definition.mandatory || definition.layoutMandatory,
          length: definition.length,
        })),
      },
    ],
  };
}

function renderModule(module: ModuleDefinition): object {
  return {
    id: module.id,
    api_name: module.name,
    module_name: module.name,
    plural_label: module.name,
    singular_label: module.name.slice(0, -1),
    api_supported: true,
    creatable: true,
    editable: module.name !== 'Notes',
    deletable: true,
    viewable: true,
    generated_type: 'default',
  };
}

/** The id of a field: a text of 19 digits, by its place in the module. */
export function fieldId(definition: FieldDefinition, module: ModuleDefinition): string {
  const position = module.fields.indexOf(definition) + 1;
  return `${module.id.slice(0, 16)}${String(position).padStart(3, '0')}`;
}

function jsonTypeOf(type: FieldType): string {
  switch (type) {
    case 'integer':
      return 'integer';
    case 'currency':
      return 'double';
    case 'boolean':
      return 'boolean';
    case 'multiselectpicklist':
      return 'jsonarray';
    case 'lookup':
    case 'ownerlookup':
      return 'jsonobject';
    case 'text':
    case 'email':
    case 'phone':
    case 'website':
    case 'textarea':
    case 'picklist':
    case 'date':
    case 'datetime':
      return 'string';
  }
}
