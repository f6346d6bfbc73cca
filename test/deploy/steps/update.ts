import { NEW_SOURCE } from '../configurations.ts';
import { expectOnce } from '../records.ts';
import { aPerson, post, requestOf } from '../senders.ts';
import { startTraffic } from '../traffic.ts';
import { eventually, type World } from '../world.ts';
import { deploy } from './deployment.ts';

/** Whose senders do not stop for a deployment. */
const BUSY_SOURCES = ['demo_request', 'partner', 'elementor'] as const;

/** An update while senders post: whatever was answered 2xx is in the CRM once, and the new source is known. */
export async function updateUnderTraffic(world: World): Promise<readonly string[]> {
  const traffic = startTraffic(world, BUSY_SOURCES);
  world.deployed = world.configurations.second;
  await deploy(world, 'deploy-update');
  const lead = aPerson();
  await eventually(
    `The answer to ${NEW_SOURCE}`,
    async () => {
      const { code, err } = await connect(world);
      return code === 0 ? await post(world, await requestOf(world, NEW_SOURCE, lead)) : err;
    },
    (answer) => answer === 200,
  );
  const { emails, repeated } = await traffic.stop();
  await expectOnce(world, [...emails, lead.email]);
  const again = Object.entries(repeated).map(([answer, count]) => `${count} × ${answer}`);
  return [
    `${emails.length} leads sent meanwhile, each in the CRM once`,
    again.length === 0
      ? 'no request had to be repeated'
      : `requests that their senders had to repeat: ${again.join(', ')}`,
  ];
}

async function connect(world: World) {
  const { provider } = world.deployed.config.sources[NEW_SOURCE] ?? { provider: '' };
  return await world.holdfast(['source', 'add', provider, '--name', NEW_SOURCE, '--yes']);
}
