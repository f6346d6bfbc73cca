import { RemovalPolicy } from 'aws-cdk-lib';
import type { Deployment } from './deployment.ts';

/** What becomes of leads, keys and secrets when the stack goes: kept, unless the stage is disposable. */
export function dataRemovalPolicy(deployment: Deployment): RemovalPolicy {
  return deployment.isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}

/** What becomes of logs, which hold no lead: kept for `prod` only, until their retention ends. */
export function logRemovalPolicy(deployment: Deployment): RemovalPolicy {
  return deployment.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
