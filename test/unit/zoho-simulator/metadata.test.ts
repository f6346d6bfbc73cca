import { expect, test } from 'vitest';
import { startHarness } from './harness.ts';

test('fields show the unique external key and the version of Holdfast', async () => {
  const { call } = await startHarness();

  const { json } = await call('GET', 'settings/fields?module=Leads');

  const field = (name: string) =>
    json.fields.find((candidate: { api_name: string }) => candidate.api_name === name);
  expect(field('Holdfast_Key')).toMatchObject({
    data_type: 'text',
    length: 255,
    custom_field: true,
    unique: { case_sensitive: false },
    external: { type: 'org' },
    operation_type: { api_create: true, api_update: true },
  });
  expect(field('Holdfast_Version')).toMatchObject({ data_type: 'integer', json_type: 'integer' });
  expect(field('Last_Name')).toMatchObject({ system_mandatory: true, length: 80, unique: {} });
  expect(field('Company')).toMatchObject({ system_mandatory: false });
  expect(field('Description')).toMatchObject({ data_type: 'textarea', length: 32_000 });
  expect(field('Modified_Time')).toMatchObject({
    read_only: true,
    operation_type: { api_update: false },
  });
});

test('fields of an organisation without the custom ones lack them', async () => {
  const { call } = await startHarness({ customFields: false });

  const { json } = await call('GET', 'settings/fields?module=Contacts');

  const names = json.fields.map((candidate: { api_name: string }) => candidate.api_name);
  expect(names).toContain('Email');
  expect(names).not.toContain('Holdfast_Key');
});

test('layouts say what is required, modules which ones there are', async () => {
  const { call } = await startHarness();

  const layouts = await call('GET', 'settings/layouts?module=Leads');
  const modules = await call('GET', 'settings/modules');

  const required = layouts.json.layouts[0].sections[0].fields
    .filter((field: { required: boolean }) => field.required)
    .map((field: { api_name: string }) => field.api_name);
  expect(required).toEqual(['Last_Name', 'Company']);
  expect(modules.json.modules.map((one: { api_name: string }) => one.api_name)).toEqual([
    'Leads',
    'Contacts',
    'Notes',
  ]);
});

test('a module that is missing or unknown is refused', async () => {
  const { call } = await startHarness();

  const missing = await call('GET', 'settings/fields');
  const unknown = await call('GET', 'settings/fields?module=Nothing');

  expect(missing.json.code).toBe('REQUIRED_PARAM_MISSING');
  expect(unknown.json.code).toBe('INVALID_MODULE');
});
