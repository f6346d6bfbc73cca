import { describe, expect, it } from 'vitest';
import { NAMED_AIMS } from '../../../local/simulation/choose-aim.ts';
import {
  AIMS,
  listPortCallSites,
  NAMED_UNREACHABLE,
  withoutLine,
} from '../../../local/simulation/port-call-sites.ts';

// regression: files were moved into folders, and no crash was aimed at what is in them any more.
describe('the crash points of the simulation', () => {
  const calls = new Set(listPortCallSites().map((site) => withoutLine(site)));

  it('are those of all folders of a room', () => {
    expect([...calls].some((call) => call.startsWith('operations/person/'))).toBe(true);
  });

  it('are all that seeds aim at', () => {
    expect(NAMED_AIMS.filter((aim) => !AIMS.includes(aim))).toEqual([]);
  });

  it('are all that is said not to be reached', () => {
    expect(NAMED_UNREACHABLE.filter((call) => !calls.has(call))).toEqual([]);
  });
});
