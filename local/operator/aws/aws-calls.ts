import { type AwsAccess, type AwsAnswer, type AwsService, callAws } from './aws-request.ts';
import { OperatorError } from '../operator-error.ts';
import { allElements } from './xml-elements.ts';

/**
 * Reads the outputs of a CloudFormation stack.
 *
 * Two calls need no SDK client of their own; the answers are XML (AWS CloudFormation, DescribeStacks, and
 * AWS STS, GetCallerIdentity, read 2026-11-22).
 *
 * @returns output key → value
 * @throws {OperatorError} there is no such stack, or AWS refused or did not answer
 */
export async function readStackOutputs(
  access: AwsAccess,
  stackName: string,
): Promise<Readonly<Record<string, string>>> {
  const { text } = await queryAws(access, 'cloudformation', {
    Action: 'DescribeStacks',
    Version: '2010-05-15',
    StackName: stackName,
  });
  return outputsOf(text);
}

/** The outputs in an answer to DescribeStacks. */
export function outputsOf(xml: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    allElements(xml, 'member').flatMap((member) => {
      const [key] = allElements(member, 'OutputKey');
      const [value] = allElements(member, 'OutputValue');
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/**
 * Reads who the credentials belong to.
 *
 * @returns an ARN
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readCallerArn(access: AwsAccess): Promise<string> {
  const asked = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const { text } = await queryAws(access, 'sts', asked);
  const [arn] = allElements(text, 'Arn');
  if (arn === undefined) throw new OperatorError('AWS STS did not say who these credentials are.');
  return arn;
}

/**
 * Makes a call of a service that takes forms and answers XML.
 *
 * @throws {AwsRefusedError} AWS refused
 * @throws {OperatorError} AWS did not answer
 */
export async function queryAws(
  access: AwsAccess,
  service: Extract<AwsService, 'cloudformation' | 'sns' | 'sts'>,
  parameters: Readonly<Record<string, string>>,
): Promise<AwsAnswer> {
  return await callAws(access, service, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(parameters).toString(),
  });
}
