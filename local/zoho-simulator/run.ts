import { ADMIN_ENDPOINTS } from './admin/admin-api.ts';
import { DEFAULT_KNOBS } from './knobs.ts';
import { startZohoSimulator } from './simulator.ts';

/** Where `npm run zoho-simulator` listens unless told otherwise. */
export const DEFAULT_SIMULATOR_PORT = 4010;

/**
 * Runs a simulator until SIGINT or SIGTERM, and says where it listens and what it accepts.
 *
 * @param options `port` 0 takes any free one; `dataFile` keeps records across restarts; `print` gets
 * each line, standard output by default
 * @throws {SimulatorStartError} when the port is taken
 */
export async function runZohoSimulator(
  options: {
    readonly port?: number;
    readonly dataFile?: string;
    readonly print?: (line: string) => void;
  } = {},
): Promise<void> {
  const { port = DEFAULT_SIMULATOR_PORT, dataFile } = options;
  const print = options.print ?? ((line: string) => process.stdout.write(`${line}\n`));
  const simulator = await startZohoSimulator({
    port,
    ...(dataFile === undefined ? {} : { dataFile }),
  });
  for (const line of greeting(simulator.url, dataFile)) print(line);
  await stopSignal();
  await simulator.close();
  print('Zoho CRM simulator stopped.');
}

function greeting(url: string, dataFile: string | undefined): readonly string[] {
  const { clientId, clientSecret, refreshToken } = DEFAULT_KNOBS;
  return [
    `Zoho CRM simulator listens on ${url}`,
    dataFile === undefined ? 'Records live in memory.' : `Records are kept in ${dataFile}`,
    '',
    'Credentials that it accepts',
    `  client_id      ${clientId}`,
    `  client_secret  ${clientSecret}`,
    `  refresh_token  ${refreshToken}`,
    '',
    'A token',
    `  curl -s ${url}/oauth/v2/token -d grant_type=refresh_token -d client_id=${clientId} -d client_secret=${clientSecret} -d refresh_token=${refreshToken}`,
    '',
    'Admin endpoints',
    ...ADMIN_ENDPOINTS.map((endpoint) => `  ${endpoint}`),
    '',
    'Stop it with Ctrl-C.',
  ];
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.removeListener('SIGINT', stop);
      process.removeListener('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
