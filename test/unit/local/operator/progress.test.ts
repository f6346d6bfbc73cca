import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ProgressStream, startProgress } from '../../../../local/operator/progress.ts';

/** A terminal, or a pipe, that remembers what was written. */
function aStream(isTty: boolean): { stream: ProgressStream; written: () => string } {
  const pipe = new PassThrough();
  const texts: string[] = [];
  pipe.on('data', (chunk: Buffer) => texts.push(chunk.toString()));
  return {
    stream: Object.assign(pipe, isTty ? { isTTY: true, columns: 100 } : {}),
    written: () => texts.join(''),
  };
}

describe('progress of a long command', () => {
  it('is drawn on a terminal, and taken away at the end', () => {
    const { stream, written } = aStream(true);

    const progress = startProgress({ title: 'Reading', total: 10, json: false, stream });
    progress.update(5, 'two found');
    progress.stop();

    expect(written()).toContain('Reading');
    expect(written()).toContain('50 %  5 of 10  two found');
    // Its line is cleared, as the last thing.
    expect(written().endsWith('\u001B[2K')).toBe(true);
  });

  it('goes on where there is more than was foreseen', () => {
    const { stream, written } = aStream(true);

    const progress = startProgress({ title: 'Reading', total: 10, json: false, stream });
    progress.update(30);
    progress.stop();

    expect(written()).toContain('100 %  30 of 30');
  });

  it('counts where nobody knows the total', () => {
    const { stream, written } = aStream(true);

    const progress = startProgress({ title: 'Reading', json: false, stream });
    progress.update(7, 'one found');
    progress.stop();

    expect(written()).toContain('Reading  7  one found');
    expect(written()).not.toContain('%');
  });

  it.each([
    ['a pipe', false, false],
    ['a program that reads JSON', true, true],
  ])('draws nothing for %s', (_, isTty, json) => {
    const { stream, written } = aStream(isTty);

    const progress = startProgress({ title: 'Reading', total: 10, json, stream });
    progress.update(5, 'two found');
    progress.stop();

    expect(written()).toBe('');
  });

  it('leaves Ctrl-C to the command', () => {
    const { stream } = aStream(true);
    const before = process.listenerCount('SIGINT');

    const progress = startProgress({ title: 'Reading', total: 10, json: false, stream });

    expect(process.listenerCount('SIGINT')).toBe(before);
    progress.stop();
  });
});
