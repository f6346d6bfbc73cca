import { describe, expect, it } from 'vitest';
import { at, synthesize } from './template.ts';

const stack = synthesize();
const stage = stack.one('AWS::ApiGatewayV2::Stage', 'Api/Stage');
const api = stack.one('AWS::ApiGatewayV2::Api', 'Api/Api').properties;

describe('the endpoint', () => {
  it('hands everything under /hooks/ to intake, whatever the method', () => {
    // A method or path that API Gateway itself refuses would be a 404: some senders then give up.
    const routes = stack
      .resources('AWS::ApiGatewayV2::Route')
      .map(({ properties }) => String(properties['RouteKey']));

    expect(routes.sort()).toEqual([
      'ANY /health',
      'ANY /hooks/{proxy+}',
      'ANY /hooks/{source}',
      'ANY /hooks/{source}/{token}',
    ]);
  });

  it('reaches the intake function in the form that its handler reads', () => {
    const integrations = stack.resources('AWS::ApiGatewayV2::Integration');

    expect(integrations).toHaveLength(1);
    expect(integrations[0]?.properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    expect(stack.render(integrations[0]?.properties['IntegrationUri'])).toBe(
      'Intake/Intake/Function',
    );
  });

  it('leaves CORS to the function, which knows the sources’ origins', () => {
    expect(api).not.toHaveProperty('CorsConfiguration');
  });

  it('turns senders away only far above any peak', () => {
    expect(at(stage, 'DefaultRouteSettings')).toEqual({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1_000,
    });
  });

  it('is deployed with every change', () => {
    expect(stage.properties).toMatchObject({ StageName: '$default', AutoDeploy: true });
  });
});

describe('the access log', () => {
  const format = JSON.parse(String(at(stage, 'AccessLogSettings', 'Format'))) as Record<
    string,
    string
  >;

  it('says what was answered and how long it took', () => {
    expect(Object.values(format)).toEqual(
      expect.arrayContaining([
        '$context.requestId',
        '$context.routeKey',
        '$context.status',
        '$context.responseLatency',
        '$context.integration.status',
      ]),
    );
  });

  it('holds no address, agent, query string, or path, which may end in a token', () => {
    const telling = Object.values(format).filter((field) =>
      /identity|sourceIp|userAgent|path|query|authorizer|domain/i.test(field),
    );

    expect(telling).toEqual([]);
  });

  it('goes to a group whose permission does not use up the account’s log policy', () => {
    const group = stack.one('AWS::Logs::LogGroup', 'Api/AccessLog').properties;

    expect(group['LogGroupName']).toBe('/aws/vendedlogs/holdfast-dev/access');
  });
});

describe('the outputs', () => {
  it('name what an operator needs', () => {
    const outputs = Object.keys(stack.template.toJSON()['Outputs'] as object);

    expect(outputs).toEqual([
      'Endpoint',
      'DeliveryQueueUrl',
      'DeadLetterQueueUrl',
      'TableName',
      'ArchiveBucketName',
      'AlarmTopicArn',
      'DashboardUrl',
      'ZohoSecretName',
      'PepperSecretName',
      'Version',
      'SourceSecretPrefix',
      'SourceSecretForm',
      'ViewerPolicyArn',
      'OperatorPolicyArn',
    ]);
  });
});
