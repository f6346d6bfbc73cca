import { SingleBar } from 'cli-progress';

/** How far a long command has come, for whoever waits for it. */
export interface Progress {
  /**
   * @param done of the total, 0 or more
   * @param text what else there is to say, in a few words; never anything personal
   */
  update(done: number, text?: string): void;
  /** Takes the line away again. What the command says comes after it. */
  stop(): void;
}

/** Where progress is drawn: standard error, or what stands for it in a test. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** What is being done, and who looks on. */
export interface ProgressOptions {
  /** In a word or two: `Reading`. */
  readonly title: string;
  /** Without it there is no bar, but a count. */
  readonly total?: number;
  /** The command prints a document for a program: nothing is drawn. */
  readonly json: boolean;
  /** Standard error by default, so that what a command prints can be piped. */
  readonly stream?: ProgressStream;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/**
 * Draws a line that says how far a long command has come, and takes it away when it is done.
 *
 * Nothing is drawn where no terminal is: in pipes, logs and with `--json`. Print nothing between start and
 * stop; the terminal stays as it was, whatever ends the command.
 */
export function startProgress({
  title,
  total,
  json,
  stream = process.stderr,
}: ProgressOptions): Progress {
  if (json || stream.isTTY !== true) return SILENT;
  const bar = new SingleBar({
    stream,
    format:
      total === undefined
        ? '{title}  {value}  {text}'
        : '{title}  {bar}  {percentage} %  {value} of {total}  {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    // A handler of its own would keep Ctrl-C from ending the command; the terminal is cut to size, not changed.
    gracefulExit: false,
    linewrap: true,
  });
  bar.start(total ?? 0, 0, { title, text: '' });
  return {
    update: (done, text = '') => {
      // Estimates are hours old: there may be more than was foreseen.
      if (total !== undefined && done > bar.getTotal()) bar.setTotal(done);
      bar.update(done, { text });
    },
    stop: () => bar.stop(),
  };
}
