import { checkClock } from './check-clock.ts';
import { checkHere, checkStack } from './check-installation.ts';
import { CHECK_AREAS, type Check, type Look, take } from './check.ts';
import { deliveryLooks } from './delivery-looks.ts';
import type { DoctorPorts, DoctorSettings } from './doctor-ports.ts';
import { resourceLooks } from './resource-looks.ts';
import { secretLooks } from './secret-looks.ts';
import { zohoLooks } from './zoho-looks.ts';

/**
 * Looks at everything that keeps leads from arriving, side by side. What cannot be looked at is a warning.
 *
 * @param onLooked how many looks are done, of how many
 * @returns the checks, area by area
 */
export async function runDoctor(
  ports: DoctorPorts,
  settings: DoctorSettings,
  onLooked: (done: number, total: number) => void = () => undefined,
): Promise<readonly Check[]> {
  const looks = [
    ...installationLooks(ports, settings),
    ...secretLooks(ports, settings),
    ...zohoLooks(ports, settings),
    ...deliveryLooks(ports, settings),
    ...resourceLooks(ports, settings),
  ];
  let done = 0;
  const found = await Promise.all(
    looks.map(async (look) => {
      const checks = await take(look);
      done += 1;
      onLooked(done, looks.length);
      return checks;
    }),
  );
  const all = found.flat();
  return CHECK_AREAS.flatMap((area) => all.filter((check) => check.area === area));
}

function installationLooks(
  { inspector, zoho, clock }: DoctorPorts,
  { here }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'installation',
      name: 'stack',
      what: 'the stack',
      needs: ['cloudformation:DescribeStacks'],
      run: async () => [...checkHere(here), ...checkStack(await inspector.stack(), here)],
    },
    {
      area: 'clock',
      name: 'aws',
      what: "AWS's clock",
      needs: [],
      run: async () => [checkClock('aws', await inspector.awsTimeMs(), clock.nowMs())],
    },
    {
      area: 'clock',
      name: 'zoho',
      what: "Zoho's clock",
      needs: [],
      run: async () => [checkClock('zoho', await zoho.timeMs(), clock.nowMs())],
    },
  ];
}
