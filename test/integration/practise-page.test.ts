import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startZohoSimulator } from '../../local/zoho-simulator/simulator.ts';

const page = readFileSync(new URL('../../docs/practise.md', import.meta.url), 'utf8');

/** `curl` commands to the simulator's own endpoints, as the page has them. */
const breakages = [
  ...page.matchAll(
    /^curl -X ([A-Z]+) http:\/\/127\.0\.0\.1:4010(\/_sim\/\S+)(?: -d '([^']*)')?$/gm,
  ),
].map(([, method = '', path = '', body]) => ({ method, path, body }));

describe('the page on breaking it on purpose', () => {
  it('asks the simulator for nothing that it does not do', async () => {
    const simulator = await startZohoSimulator();

    const statuses = [];
    for (const { method, path, body } of breakages) {
      const answer = await fetch(`${simulator.url}${path}`, {
        method,
        ...(body === undefined ? {} : { body }),
      });
      await answer.body?.cancel();
      statuses.push(`${method} ${path} ${answer.ok}`);
    }
    await simulator.close();

    expect(statuses).toEqual(breakages.map(({ method, path }) => `${method} ${path} true`));
    expect(page.match(/4010\/_sim\//g)).toHaveLength(breakages.length);
    expect(breakages.length).toBeGreaterThan(5);
  });

  it('names commands only that there are', () => {
    const reference = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const commands = [...reference.matchAll(/^### `holdfast ([a-z -]+?)(?: [<[].*)?`$/gm)].map(
      ([, command]) => command,
    );
    const named = [...page.matchAll(/npx holdfast ([a-z]+)(?: ([a-z]+))?/g)];

    const unknown = named
      .map(([, first = '', second = '']) => [first, `${first} ${second}`.trim()])
      .filter((names) => !names.some((name) => commands.includes(name)));

    expect(unknown).toEqual([]);
    expect(named.length).toBeGreaterThan(25);
  });
});
