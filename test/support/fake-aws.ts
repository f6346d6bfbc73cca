import { createServer } from 'node:http';
import { SOURCE_SECRET_FORM } from '../../lib/pipeline-secrets.ts';
import { closeServer, listenOnLoopback } from '../../local/emulators/listen.ts';
import { LOCAL_SECRET_IDS } from '../../local/local-secrets.ts';
import {
  LOCAL_BUCKET,
  LOCAL_DEAD_LETTER_QUEUE,
  LOCAL_DELIVERY_QUEUE,
  LOCAL_TABLE,
} from '../../local/local-stack.ts';

/** Who the credentials belong to, as the fake says. */
export const OPERATOR = 'arn:aws:sts::111122223333:assumed-role/Operator/ana';

/**
 * CloudFormation and STS, as far as the command line asks them: the stack `holdfast-staging`, whose names are
 * those of a pipeline on this machine.
 */
export async function startFakeAws(sqsUrl: string, endpoint = 'http://127.0.0.1:1') {
  const queueUrl = (name: string) => `${sqsUrl}/000000000000/${name}`;
  const outputs = {
    TableName: LOCAL_TABLE,
    ArchiveBucketName: LOCAL_BUCKET,
    DeliveryQueueUrl: queueUrl(LOCAL_DELIVERY_QUEUE),
    DeadLetterQueueUrl: queueUrl(LOCAL_DEAD_LETTER_QUEUE),
    PepperSecretName: LOCAL_SECRET_IDS.pepper,
    ZohoSecretName: LOCAL_SECRET_IDS.zoho,
    SourceSecretPrefix: LOCAL_SECRET_IDS.sourcePrefix,
    SourceSecretForm: SOURCE_SECRET_FORM,
    Endpoint: `${endpoint}/`,
  };
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (body.includes('GetCallerIdentity')) response.end(`<Arn>${OPERATOR}</Arn>`);
      else if (body.includes('StackName=holdfast-staging')) response.end(members.join(''));
      else {
        const why = '<Code>ValidationError</Code><Message>There is no such stack</Message>';
        response.writeHead(400).end(why);
      }
    });
  });
  const port = await listenOnLoopback(server, { port: 0, what: 'AWS', remedy: '' });
  return { url: `http://127.0.0.1:${port}`, stop: async () => await closeServer(server) };
}
