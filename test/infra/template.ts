import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { CANARY_SOURCE } from '../../lambdas/core/pipeline-names.ts';
import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { buildApp } from '../../lib/build-app.ts';
import type { HoldfastStack } from '../../lib/holdfast-stack.ts';
import { STAGE_CONFIG, type StageConfig } from '../../lib/stage-config.ts';

const cdkJson = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')));

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.optional(z.record(z.string(), z.unknown())),
      Metadata: z.optional(z.looseObject({ 'aws:cdk:path': z.optional(z.string()) })),
      DeletionPolicy: z.optional(z.string()),
      UpdateReplacePolicy: z.optional(z.string()),
    }),
  ),
});

const referenceSchema = z.object({
  Ref: z.optional(z.string()),
  'Fn::GetAtt': z.optional(z.tuple([z.string(), z.string()])),
  'Fn::Join': z.optional(z.tuple([z.string(), z.array(z.unknown())])),
});

/** A configuration with one source of every provider, and somebody on call. */
export function aConfig(changes: Partial<HoldfastConfig> = {}): HoldfastConfig {
  const config = defineConfig({
    sources: {
      demo_request: { provider: 'typeform' },
      partner: { provider: 'standard_webhooks' },
      events_app: {
        provider: 'generic_hmac',
        signature: {
          header: 'x-events-signature',
          template: '{body}',
          timestamp: 'none',
          keyEncoding: 'hex',
        },
      },
      website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
    },
    alarms: { subscriptions: [{ protocol: 'email', endpoint: 'on-call@leads.test' }] },
  });
  return { ...config, ...changes };
}

/** The same, with everything expected of one source that can be: every alarm that there is. */
export function aConfigWithEveryAlarm(): HoldfastConfig {
  const config = aConfig();
  const { demo_request: demo } = config.sources;
  const expect = { everyHours: 24, leadsPerDay: 40, quietDays: 2 };
  const { canary, sources } = defineConfig({
    sources: { demo: { provider: 'typeform' } },
    canary: {},
  });
  const { [CANARY_SOURCE]: canarySource } = sources;
  return {
    ...config,
    canary,
    sources: {
      ...config.sources,
      demo_request: { ...demo!, expect },
      [CANARY_SOURCE]: canarySource!,
    },
  };
}

/** One resource of the template, with the construct path that it came from. */
export interface Resource {
  readonly logicalId: string;
  /** Without the stack's name and `/Resource`, for example `Queues/Delivery`. */
  readonly path: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: unknown;
  readonly replacementPolicy: unknown;
}

export interface Synthesized {
  readonly template: Template;
  readonly warnings: readonly string[];
  readonly terminationProtection: boolean;
  readonly stackName: string;
  readonly resources: (type: string) => Resource[];
  readonly one: (type: string, path: string) => Resource;
  /** Turns ARNs and references into construct paths: `Queues/Delivery`, `Archive/Bucket/*`. */
  readonly render: (value: unknown) => string;
}

/** What a stack is built from; what is left out is as usual. */
export interface StackOptions {
  /** What `-c name=value` would set. */
  readonly context?: Record<string, unknown>;
  readonly config?: HoldfastConfig;
  readonly stage?: StageConfig;
}

/** Builds the stack as `cdk synth` does, but without bundling the functions. */
export function buildTestApp(outdir: string, options: StackOptions = {}): [App, HoldfastStack] {
  const app = new App({
    outdir,
    context: {
      ...cdkJson.context,
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:enable-path-metadata': true,
      ...options.context,
    },
  });
  return [app, buildApp(app, options.config ?? aConfig(), options.stage ?? STAGE_CONFIG)];
}

/** Synthesizes the stack as `cdk synth` does, but without bundling the functions. */
export function synthesize(options: StackOptions = {}): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-template-'));
  const [, stack] = buildTestApp(outdir, options);
  const template = Template.fromStack(stack);
  const all = Object.entries(templateSchema.parse(template.toJSON()).Resources).map(
    ([logicalId, raw]): Resource => ({
      logicalId,
      path: shortPath(raw.Metadata?.['aws:cdk:path'] ?? logicalId),
      type: raw.Type,
      properties: raw.Properties ?? {},
      deletionPolicy: raw.DeletionPolicy,
      replacementPolicy: raw.UpdateReplacePolicy,
    }),
  );
  const warnings = Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('.*'))
    .map((entry) => JSON.stringify(entry.entry.data));
  rmSync(outdir, { recursive: true });
  const byId = new Map(all.map((resource) => [resource.logicalId, resource.path]));
  const resources = (type: string): Resource[] => all.filter((one) => one.type === type);

  return {
    template,
    warnings,
    terminationProtection: stack.terminationProtection ?? false,
    stackName: stack.stackName,
    resources,
    one: (type, path) => {
      const found = resources(type).filter((resource) => resource.path === path);
      if (found.length !== 1) throw new Error(`${found.length} resources ${type} at ${path}`);
      return found[0]!;
    },
    render: (value) => render(value, byId),
  };
}

/** One statement of an IAM or resource policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: { readonly Service?: unknown };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy document that lies at a path of a resource's properties. */
export function statementsOf(resource: Resource, property = 'PolicyDocument'): Statement[] {
  return listAt(resource, property, 'Statement') as Statement[];
}

/** What lies at a path of a resource's properties. */
export function at(resource: Resource, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    resource.properties,
  );
}

/** A number of a resource's properties; anything else fails the test. */
export function numberAt(resource: Resource, ...path: readonly (string | number)[]): number {
  return z.number().parse(at(resource, ...path));
}

/** A list of a resource's properties; anything else fails the test. */
export function listAt(resource: Resource, ...path: readonly (string | number)[]): unknown[] {
  return z.array(z.unknown()).parse(at(resource, ...path));
}

/** A value of the template that may be one thing or a list of them. */
export function listOf<Value>(value: Value | readonly Value[] | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...(value as Value[])] : [value as Value];
}

function shortPath(path: string): string {
  return path
    .split('/')
    .slice(1)
    .join('/')
    .replace(/\/Resource$/, '');
}

function render(value: unknown, byId: ReadonlyMap<string, string>): string {
  if (typeof value === 'string') return value;
  const reference = referenceSchema.safeParse(value);
  if (reference.success) {
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = reference.data;
    if (ref !== undefined) return byId.get(ref) ?? `{${ref}}`;
    if (attribute !== undefined) return byId.get(attribute[0]) ?? '?';
    if (join !== undefined) return join[1].map((part) => render(part, byId)).join(join[0]);
  }
  return JSON.stringify(value);
}
