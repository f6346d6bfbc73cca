import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../lambdas/core/pipeline-names.ts';
import type { FunctionName } from './bundling.ts';
import type { Deployment } from './deployment.ts';
import { functionCode } from './function-code.ts';
import { KEY_ACTIONS, type KeyUser } from './key-use.ts';
import { logRemovalPolicy } from './lifecycle.ts';

/** The action names of one grant, and exactly what they may be used on. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** A function's size, environment and rights. */
export interface PipelineFunctionProps {
  readonly name: FunctionName;
  readonly deployment: Deployment;
  readonly key: IKey;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logDays: number;
  readonly reservedConcurrency?: number;
  /** Everything the handler reads; the caller's type makes a missing variable a compile error. */
  readonly environment: Readonly<Record<string, string>>;
  /** Everything the function may do, beside writing its own log. */
  readonly grants: readonly Grant[];
  /** Services through which the function may use the key. */
  readonly keyUsedThrough: readonly KeyUser[];
}

/**
 * One function of the pipeline: Node 24 on arm64, bundled with its SDK, with a role of its own that
 * may do what `grants` names and nothing else, and a log group of its own that ends after `logDays`.
 */
export class PipelineFunction extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logDays,
      encryptionKey: props.key,
      removalPolicy: logRemovalPolicy(props.deployment),
    });
    this.fn = new LambdaFunction(this, 'Function', {
      description: `Holdfast ${props.deployment.stage}: ${props.name}`,
      code: functionCode(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      role: this.buildRole(props, logGroup),
      logGroup,
      environment: { ...props.environment, ...runtimeEnvironment(props.name) },
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
  }

  /** The managed policy for logging allows every log group of the account, so it is not used. */
  private buildRole(props: PipelineFunctionProps, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Holdfast ${props.deployment.stage}: what ${props.name} may do`,
    });
    role.addToPolicy(
      allow({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    for (const grant of props.grants) role.addToPolicy(allow(grant));
    for (const service of props.keyUsedThrough) {
      role.addToPolicy(this.useOfKey(props.key, service));
    }
    return role;
  }

  /** The key itself is out of reach: it serves only requests that a named service makes for us. */
  private useOfKey(key: IKey, service: KeyUser): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: [...KEY_ACTIONS[service]],
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com` },
      },
    });
  }
}

/**
 * The table takes TLS only, as everything else does: DynamoDB alone of the services used here has endpoints that
 * speak plain HTTP, too, and no policy of its own here that refuses it (AWS General Reference, DynamoDB endpoints,
 * read 2026-11-22).
 */
function allow(grant: Grant): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...grant.actions],
    resources: [...grant.resources],
    ...(grant.actions.some((action) => action.startsWith('dynamodb:'))
      ? { conditions: { Bool: { 'aws:SecureTransport': 'true' } } }
      : {}),
  });
}

/**
 * What Powertools and Node read. `POWERTOOLS_LOGGER_LOG_EVENT` is never among them: it would write
 * whole requests, with people's data, into the log.
 */
function runtimeEnvironment(name: FunctionName): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    NODE_OPTIONS: '--enable-source-maps',
  };
}
