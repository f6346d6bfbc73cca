import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readCallerArn, readStackOutputs } from '../../../../../local/operator/aws/aws-calls.ts';

const STACK = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackName>holdfast-prod</StackName>
    <Tags><member><Key>stage</Key><Value>prod</Value></member></Tags>
    <Outputs>
      <member><Description>a &lt;b&gt;</Description><OutputKey>TableName</OutputKey><OutputValue>t-1</OutputValue></member>
      <member>
        <OutputKey>DeliveryQueueUrl</OutputKey>
        <OutputValue>https://sqs.eu-central-1.amazonaws.com/111122223333/a?x=1&amp;y=2</OutputValue>
      </member>
    </Outputs>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const CALLER = `<GetCallerIdentityResponse><GetCallerIdentityResult>
  <Arn>arn:aws:sts::111122223333:assumed-role/Operator/ana</Arn><UserId>A</UserId>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;

const NO_STACK = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
  <Message>Stack with id holdfast-prod does not exist</Message></Error></ErrorResponse>`;

let server: Server | undefined;

async function anAws(status: number, body: string) {
  const requests: { body: string; authorization: string }[] = [];
  const started = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const authorization = request.headers.authorization ?? '';
      requests.push({ body: Buffer.concat(chunks).toString(), authorization });
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
  const access = { region: 'eu-central-1', credentials, env: { AWS_ENDPOINT_URL: url } };
  return { access, requests };
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe("an operator's calls to AWS", () => {
  it("read a stack's outputs, signed for its region", async () => {
    const { access, requests } = await anAws(200, STACK);

    const outputs = await readStackOutputs(access, 'holdfast-prod');

    expect(outputs).toEqual({
      TableName: 't-1',
      DeliveryQueueUrl: 'https://sqs.eu-central-1.amazonaws.com/111122223333/a?x=1&y=2',
    });
    expect(requests[0]?.body).toBe(
      'Action=DescribeStacks&Version=2010-05-15&StackName=holdfast-prod',
    );
    expect(requests[0]?.authorization).toContain('/eu-central-1/cloudformation/aws4_request');
  });

  it('read who the operator is', async () => {
    const { access } = await anAws(200, CALLER);

    expect(await readCallerArn(access)).toBe('arn:aws:sts::111122223333:assumed-role/Operator/ana');
  });

  it('tell what AWS refused', async () => {
    const { access } = await anAws(400, NO_STACK);

    await expect(readStackOutputs(access, 'holdfast-prod')).rejects.toThrow(
      'AWS cloudformation in eu-central-1 refused: ValidationError: Stack with id holdfast-prod does not exist',
    );
  });
});
