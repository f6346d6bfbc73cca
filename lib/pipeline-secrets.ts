import { SecretValue, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { bindProvider } from '../lambdas/providers/bind-provider.ts';
import type { SourceConfig } from '../lambdas/providers/catalogue.ts';
import type { Deployment } from './deployment.ts';
import { dataRemovalPolicy } from './lifecycle.ts';
import type { StageConfig } from './stage-config.ts';

/**
 * What the Zoho secret holds until the operator fills it in; the functions refuse it as it is.
 *
 * It must never change: CloudFormation would then write the new placeholder over live credentials.
 */
export const ZOHO_SECRET_PLACEHOLDER = '{"client_id":"","client_secret":"","refresh_token":""}';

/**
 * Which members of a source's secret these functions know, for whoever writes one: functions answer 503 to every
 * request of a source whose secret has a member that is not known to them. 2: `previous_since` and `previous_until`.
 */
export const SOURCE_SECRET_FORM = '2';

/** The stage, its key and its sources. */
export interface PipelineSecretsProps {
  readonly deployment: Deployment;
  readonly stage: StageConfig;
  readonly key: IKey;
  readonly sources: HoldfastConfig['sources'];
}

/**
 * Every secret of a stage, under `holdfast/<stage>/`.
 *
 * - `zoho`: the client and its refresh token
 * - `source/<name>`: what a source proves itself with, `{"current": …, "previous": …}`, and what else is its own
 * - `pepper`: the key of every hash of a person. Losing it would give everybody a new identity.
 */
export class PipelineSecrets extends Construct {
  readonly zoho: Secret;
  readonly pepper: Secret;
  readonly bySource: Readonly<Record<string, Secret>>;
  readonly zohoName: string;
  readonly pepperName: string;
  /** A source's secret is this followed by its name. */
  readonly sourcePrefix: string;

  constructor(scope: Construct, id: string, props: PipelineSecretsProps) {
    super(scope, id);
    const { deployment, stage, key, sources } = props;
    const root = `holdfast/${deployment.stage}`;
    const shared = { encryptionKey: key, removalPolicy: dataRemovalPolicy(deployment) };
    this.zohoName = `${root}/zoho`;
    this.pepperName = `${root}/pepper`;
    this.sourcePrefix = `${root}/source/`;
    this.zoho = new Secret(this, 'Zoho', {
      ...shared,
      secretName: this.zohoName,
      description: 'Zoho self-client: client_id, client_secret, refresh_token',
      secretStringValue: SecretValue.unsafePlainText(ZOHO_SECRET_PLACEHOLDER),
    });
    this.pepper = new Secret(this, 'Pepper', {
      ...shared,
      secretName: this.pepperName,
      description: 'Key of the hashes that stand for people. Never change it.',
      generateSecretString: {
        passwordLength: stage.secretLength.pepperCharacters,
        excludePunctuation: true,
      },
    });
    acknowledgeNoRotation(
      this.zoho,
      'Zoho gives out a refresh token to a person who signs in, and has no call that replaces it. The token is ' +
        'replaced by hand, and revoked at Zoho.',
    );
    acknowledgeNoRotation(
      this.pepper,
      'It keys the hashes under which every person is stored, and the record keys in Zoho: another value would make ' +
        'a new person of everybody. Nothing opens by it: it tells only whose hash a known address has.',
    );
    this.bySource = Object.fromEntries(
      Object.entries(sources)
        .filter(([, source]) => {
          const { hasSecret, detailsApi } = bindProvider(source);
          return hasSecret || detailsApi !== undefined;
        })
        .map(([name, source]) => [
          name,
          new Secret(this, `Source-${name}`, {
            ...shared,
            secretName: `${this.sourcePrefix}${name}`,
            description: `What the source ${name} proves itself with`,
            generateSecretString: sourceSecret(source, stage.secretLength.sourceCharacters),
          }),
        ]),
    );
    for (const secret of Object.values(this.bySource)) {
      acknowledgeNoRotation(
        secret,
        'The sender holds the same value, and few senders let anybody but a person change it: a schedule would ' +
          'lock senders out. A secret has a place for its predecessor, so that a person can change it without a loss.',
      );
    }
  }
}

function acknowledgeNoRotation(secret: Secret, reason: string): void {
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason });
}

/**
 * A first value that the source's own key encoding can read: letters and digits are base64, too. Where a
 * secret has a prefix (`whsec_…`) it cannot be generated here, and the source answers 503 until it is stored.
 */
function sourceSecret(source: SourceConfig, characters: number): SecretStringGenerator {
  const { authentication } = bindProvider(source);
  const isHex =
    authentication.kind === 'hmac' &&
    Object.values(authentication.variants).some((scheme) => scheme.keyEncoding === 'hex');
  return {
    secretStringTemplate: '{}',
    generateStringKey: 'current',
    passwordLength: characters,
    excludePunctuation: true,
    ...(isHex ? { excludeUppercase: true, excludeCharacters: 'ghijklmnopqrstuvwxyz' } : {}),
  };
}
