import { afterEach, describe, expect, it } from 'vitest';
import type { MetricQuery } from '../../../../../lambdas/core/ports/metric-reader.ts';
import { createCloudWatchMetricReader } from '../../../../../local/operator/aws/cloudwatch-metrics.ts';
import { type AwsAnswerer, startAnsweringAws } from '../../../../support/answering-aws.ts';

interface Asked {
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
  readonly MetricDataQueries: readonly {
    readonly Id: string;
    readonly MetricStat: {
      readonly Stat: string;
      readonly Period: number;
      readonly Metric: { readonly Namespace: string; readonly Dimensions: readonly object[] };
    };
  }[];
}

const FROM = Date.parse('2026-11-22T04:10:00Z');
const REQUEST = { fromMs: FROM, toMs: FROM + 3_600_000, stepSeconds: 3_600 };
const STEP = Date.parse('2026-11-22T04:00:00Z') / 1_000;

let aws: Awaited<ReturnType<typeof startAnsweringAws>> | undefined;

afterEach(async () => {
  await aws?.stop();
  aws = undefined;
});

async function aReader(answer: (asked: Asked) => ReturnType<AwsAnswerer>) {
  aws = await startAnsweringAws(({ body }) => answer(JSON.parse(body) as Asked));
  const { requests, access } = aws;
  const asked = () => requests.map(({ body }) => JSON.parse(body) as Asked);
  return { reader: createCloudWatchMetricReader(access), requests, asked };
}

const result = (id: string, value: number, at = STEP) => ({
  Id: id,
  Label: id,
  Timestamps: [at],
  Values: [value],
  StatusCode: 'Complete',
});

describe('metrics of a deployed stage', () => {
  it('are asked of CloudWatch, signed, by function and source, from the start of a step', async () => {
    const { reader, requests, asked } = await aReader(() => ({
      json: { MetricDataResults: [result('m0_intake', 3)], Messages: [] },
    }));

    const { series } = await reader.read({
      ...REQUEST,
      queries: [{ name: 'LeadAccepted', source: 'demo', statistic: 'sum' }],
    });

    const [request] = requests;
    expect(series).toEqual([[{ atMs: STEP * 1_000, value: 3 }]]);
    expect(request?.headers['x-amz-target']).toBe('GraniteServiceVersion20100801.GetMetricData');
    expect(request?.headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(request?.headers.authorization).toContain('/eu-central-1/monitoring/aws4_request');
    expect(asked()[0]).toMatchObject({
      StartTime: STEP,
      EndTime: STEP + 4_200,
      MetricDataQueries: [
        {
          Id: 'm0_intake',
          MetricStat: {
            Stat: 'Sum',
            Period: 3_600,
            Metric: {
              Namespace: 'Holdfast',
              MetricName: 'LeadAccepted',
              Dimensions: [
                { Name: 'service', Value: 'intake' },
                { Name: 'source', Value: 'demo' },
              ],
            },
          },
        },
      ],
    });
  });

  it('of several functions are one: added, or the most extreme of them', async () => {
    const { reader } = await aReader(({ MetricDataQueries: queries }) => ({
      json: { MetricDataResults: queries.map(({ Id }, at) => result(Id, at + 1)) },
    }));

    const { series } = await reader.read({
      ...REQUEST,
      queries: [
        { name: 'LeadQuarantined', statistic: 'sum' },
        { name: 'Held', statistic: 'max' },
      ],
    });

    expect(series.map((points) => points.map(({ value }) => value))).toEqual([[3], [5]]);
  });

  it('that fill several pages and several calls are read to the end', async () => {
    const { reader, asked } = await aReader(({ MetricDataQueries: queries, NextToken: token }) => ({
      json: {
        MetricDataResults: queries.map(({ Id }) =>
          result(Id, 1, token === undefined ? STEP : STEP + 3_600),
        ),
        ...(token === undefined ? { NextToken: 'more' } : {}),
      },
    }));
    const queries = Array.from(
      { length: 501 },
      (_, at): MetricQuery => ({ name: 'LeadAccepted', source: `s${at}`, statistic: 'sum' }),
    );

    const { series } = await reader.read({ ...REQUEST, queries });

    expect(series).toHaveLength(501);
    expect(series.every((points) => points.length === 2)).toBe(true);
    expect(asked().map((each) => each.MetricDataQueries.length)).toEqual([500, 500, 1, 1]);
  });

  it('that may not be read are refused with what AWS calls it', async () => {
    const { reader } = await aReader(() => ({
      status: 400,
      json: {
        __type: 'com.amazon.coral.service#AccessDeniedException',
        Message: 'not authorized to perform: cloudwatch:GetMetricData',
      },
    }));

    const reading = reader.read({
      ...REQUEST,
      queries: [{ name: 'LeadAccepted', statistic: 'sum' }],
    });

    await expect(reading).rejects.toMatchObject({
      awsCode: 'AccessDeniedException',
      message:
        'AWS cloudwatch in eu-central-1 refused: AccessDeniedException: not authorized to perform: cloudwatch:GetMetricData',
    });
  });
});
